import { getRouteApi, Link } from "@tanstack/react-router";
import { FilterX, PhoneCall } from "lucide-react";
import { useCalls } from "../../data/calls.ts";
import { useConnections } from "../../data/connections.ts";
import { live } from "../../data/live.ts";
import { useAgents } from "../../data/providers.ts";
import type { Call, CallQuery, SyncState } from "../../data/types.ts";
import type { CallsSearch } from "../../router.tsx";
import { oneOf } from "../../rules/search.ts";
import { useTrail } from "../../shell/crumbs.tsx";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { heldScope, NewRowsPill, useHeldRows } from "../../ui/held-rows.tsx";
import { PageHead, SkeletonRows } from "../../ui/parts.tsx";
import { Region } from "../../ui/region.tsx";
import { Pager } from "../../ui/table.tsx";
import { CallFilters } from "./call-filters.tsx";
import { CallTable } from "./call-table.tsx";

const route = getRouteApi("/app/calls");
const states = ["none", "waiting", "done", "skipped", "dead"] as const satisfies readonly SyncState[];

export function CallsPage() {
  useTrail("Calls");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const calls = useCalls(toQuery(search), search.cursor ? live.slow : live.list);
  const agents = useAgents();
  const connections = useConnections(live.slow);
  const isFiltered = Boolean(search.agent_id || search.connection_id || search.sync_state || search.q);
  // Another filter begins at its first page; the cursor belongs to the list it came from.
  const change = (next: CallsSearch) =>
    navigate({ search: ({ tenant }) => ({ ...next, ...(tenant ? { tenant } : {}) }), replace: true });
  const { cursor: _, ...filters } = search;

  return (
    <>
      <PageHead title="Calls" about="Every finished call and how far it got on its way into the CRM." />
      <CallFilters
        filter={filters}
        agents={agents.data ?? []}
        connections={connections.data ?? []}
        onChange={(patch) => change({ ...filters, ...patch })}
      />
      <Region of={calls} what="the calls" skeleton={<SkeletonRows rows={10} height={59} />}>
        {(page) =>
          page.data.length === 0 ? (
            <NoCalls isFiltered={isFiltered} filter={filters} onClear={() => change({})} />
          ) : (
            <>
              <HeldCalls rows={page.data} scope={heldScope(search, calls.isPlaceholderData)} />
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

function HeldCalls({ rows, scope }: { rows: Call[]; scope: string }) {
  const held = useHeldRows(rows, scope);
  return (
    <>
      <NewRowsPill waiting={held.waiting} onShow={held.showAll} />
      <CallTable calls={held.rows} />
    </>
  );
}

function NoCalls({ isFiltered, filter, onClear }: { isFiltered: boolean; filter: CallsSearch; onClear: () => void }) {
  if (isFiltered)
    return (
      <Empty
        icon={FilterX}
        title="No call matches these filters"
        action={
          <>
            <Button onClick={onClear}>Clear filters</Button>
            {filter.q && (
              <Link to="/trace" search={{ q: filter.q }} className={buttonClass("primary")}>
                Trace “{filter.q}”
              </Link>
            )}
          </>
        }
      >
        {filter.q
          ? `Nothing fits “${filter.q}”. Trace also looks through CRM ids, syncs and webhooks, and says when a call never came.`
          : "Calls may have arrived for another agent or ended in another state."}
      </Empty>
    );
  return (
    <Empty
      icon={PhoneCall}
      title="No call has arrived yet"
      action={
        <Link to="/trace" search={{ q: "my first call" }} className={buttonClass("primary")}>
          Show the request that sends one
        </Link>
      }
    >
      Calls come from your server, by POST /v1/calls, or from a connected voice provider as soon as a conversation ends.
    </Empty>
  );
}

function toQuery(search: CallsSearch): CallQuery {
  const state = oneOf(search.sync_state, states);
  return {
    ...(search.agent_id ? { agent_id: search.agent_id } : {}),
    ...(search.connection_id ? { connection_id: search.connection_id } : {}),
    ...(state ? { sync_state: state } : {}),
    ...(search.q ? { q: search.q } : {}),
    ...(search.cursor ? { cursor: search.cursor } : {}),
  };
}
