import { getRouteApi } from "@tanstack/react-router";
import { FilterX } from "lucide-react";
import { useConnections } from "../../data/connections.ts";
import { useInboundEvents } from "../../data/inbound-events.ts";
import { live } from "../../data/live.ts";
import type { InboundEvent } from "../../data/types.ts";
import { connectionName } from "../../features/connection-words.ts";
import { InboundList } from "../../features/inbound-list.tsx";
import type { InboundSearch } from "../../router.tsx";
import { oneOf } from "../../rules/search.ts";
import { useTrail } from "../../shell/crumbs.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { FilterBar, FilterSelect } from "../../ui/filters.tsx";
import { heldScope } from "../../ui/held-rows.tsx";
import { PageHead, SkeletonRows } from "../../ui/parts.tsx";
import { Region } from "../../ui/region.tsx";
import { inboundLooks } from "../../ui/status.tsx";
import { Pager } from "../../ui/table.tsx";

const route = getRouteApi("/app/webhooks/inbound");
const states = Object.keys(inboundLooks) as InboundEvent["state"][];

export function InboundPage() {
  useTrail("Inbound log");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const connections = useConnections(live.slow);
  const state = oneOf(search.state, states);
  const events = useInboundEvents({
    ...(state ? { state } : {}),
    ...(search.connection_id ? { connection_id: search.connection_id } : {}),
    ...(search.cursor ? { cursor: search.cursor } : {}),
  });
  const change = (patch: InboundSearch) =>
    navigate({ search: (now) => ({ ...now, ...patch, cursor: "" }), replace: true });
  const isFiltered = Boolean(state || search.connection_id);
  return (
    <>
      <PageHead title="Inbound log" about="What providers sent us, and what it led to." />
      <FilterBar>
        <FilterSelect
          label="State"
          any="Any state"
          value={state}
          options={states.map((value) => ({ value, label: inboundLooks[value].word }))}
          onChange={(next) => change({ state: next })}
        />
        <FilterSelect
          label="Connection"
          any="All connections"
          value={search.connection_id}
          options={(connections.data ?? [])
            .filter(({ webhook_url }) => webhook_url !== null)
            .map((connection) => ({ value: connection.id, label: connectionName(connection) }))}
          onChange={(connection_id) => change({ connection_id })}
        />
      </FilterBar>
      <Region of={events} what="the inbound events" skeleton={<SkeletonRows rows={8} height={62} />}>
        {(page) =>
          page.data.length === 0 && isFiltered ? (
            <Empty
              icon={FilterX}
              title="No event matches these filters"
              action={<Button onClick={() => change({ state: "", connection_id: "" })}>Clear filters</Button>}
            >
              Events may be in another state, or belong to another connection.
            </Empty>
          ) : (
            <>
              <InboundList events={page.data} scope={heldScope(search, events.isPlaceholderData)} />
              <Pager
                previous={page.prev_cursor}
                next={page.next_cursor}
                onGo={(cursor) => navigate({ search: (now) => ({ ...now, cursor }) })}
              />
            </>
          )
        }
      </Region>
    </>
  );
}
