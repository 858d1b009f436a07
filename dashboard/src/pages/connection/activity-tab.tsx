import { getRouteApi, Link } from "@tanstack/react-router";
import { FilterX, PhoneCall, RotateCcw } from "lucide-react";
import { useCallSyncs, useRetryCall } from "../../data/calls.ts";
import { toProblem } from "../../data/client.ts";
import { useRetryConnection } from "../../data/connections.ts";
import type { CallSync, Connection } from "../../data/types.ts";
import { syncReason } from "../../rules/call-words.ts";
import { oneOf } from "../../rules/search.ts";
import { notify } from "../../ui/announce.tsx";
import { Button } from "../../ui/button.tsx";
import { shortId } from "../../ui/copy.tsx";
import { Empty } from "../../ui/empty.tsx";
import { FilterBar, FilterSelect } from "../../ui/filters.tsx";
import { heldScope, NewRowsPill, useHeldRows } from "../../ui/held-rows.tsx";
import { SkeletonRows } from "../../ui/parts.tsx";
import { Region } from "../../ui/region.tsx";
import { StatusText, syncLooks } from "../../ui/status.tsx";
import { type Column, Pager, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

const route = getRouteApi("/app/connections/$id");
const states = ["queued", "running", "done", "skipped", "dead"] as const;

/** What became of each call on its way into this account. */
export function ActivityTab({
  connection,
  state,
  cursor,
}: {
  connection: Connection;
  state: string | undefined;
  cursor: string | undefined;
}) {
  const navigate = route.useNavigate();
  const known = oneOf(state, states);
  const filter = { connection_id: connection.id, ...(known ? { state: known } : {}), ...(cursor ? { cursor } : {}) };
  const syncs = useCallSyncs(filter);
  const retryAll = useRetryConnection(connection.id);
  const show = (next: string) => navigate({ search: (now) => ({ ...now, state: next, cursor: "" }), replace: true });
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-3">
        <FilterBar>
          <FilterSelect
            label="State"
            any="Any state"
            value={known}
            options={states.map((value) => ({ value, label: syncLooks[value].word }))}
            onChange={show}
          />
        </FilterBar>
        {known === "dead" && (syncs.data?.data.length ?? 0) > 0 && (
          <Button
            busy={retryAll.isPending}
            onClick={() =>
              retryAll.mutate(undefined, {
                onSuccess: ({ retried }) => notify(`${retried} failed calls are tried again.`),
                onError: (error) => notify(toProblem(error).detail, { tone: "error" }),
              })
            }
          >
            <RotateCcw aria-hidden className="size-4" />
            Retry all failed
          </Button>
        )}
      </div>
      <Region of={syncs} what="the activity" skeleton={<SkeletonRows rows={8} />}>
        {(page) =>
          page.data.length === 0 ? (
            known ? (
              <Empty
                icon={FilterX}
                title={`No call is ${syncLooks[known].word.toLowerCase()} here`}
                action={<Button onClick={() => show("")}>Show every state</Button>}
              >
                Other states may have calls.
              </Empty>
            ) : (
              <Empty icon={PhoneCall} title={`No call has come to ${connection.provider_name} yet`}>
                The next call that ends appears here, with what was written and what was left out.
              </Empty>
            )
          ) : (
            <>
              <Rows syncs={page.data} scope={heldScope(filter, syncs.isPlaceholderData)} />
              <Pager
                previous={page.prev_cursor}
                next={page.next_cursor}
                onGo={(next) => navigate({ search: (now) => ({ ...now, cursor: next }) })}
              />
            </>
          )
        }
      </Region>
    </>
  );
}

function Rows({ syncs, scope }: { syncs: CallSync[]; scope: string }) {
  const held = useHeldRows(syncs, scope);
  return (
    <>
      <NewRowsPill waiting={held.waiting} onShow={held.showAll} />
      <Table caption="Calls on their way into this account, newest first" columns={columns} rows={held.rows} />
    </>
  );
}

const columns: Column<CallSync>[] = [
  {
    id: "call",
    header: "Call",
    card: "title",
    className: "w-[18%]",
    cell: (sync) => (
      <Link
        to="/calls/$id"
        params={{ id: sync.call_id }}
        className="font-mono text-xs text-accent after:absolute after:inset-0 hover:underline"
        title={sync.call_id}
      >
        {shortId(sync.call_id)}
      </Link>
    ),
  },
  {
    id: "state",
    header: "State",
    card: "corner",
    className: "w-[13%]",
    cell: (sync) => <StatusText look={syncLooks[sync.state]} />,
  },
  {
    id: "reason",
    header: "Why",
    card: "wide",
    className: "w-[34%]",
    cell: (sync) => <Why sync={sync} />,
  },
  {
    id: "attempts",
    header: "Attempts",
    className: "w-[9%]",
    cell: (sync) => <span className="numbers">{sync.attempts}</span>,
  },
  { id: "created", header: "Arrived", className: "w-[11%]", cell: (sync) => <Time at={sync.created_at} /> },
  { id: "retry", header: "Action", card: "corner", className: "w-[15%]", cell: (sync) => <RetrySync sync={sync} /> },
];

function Why({ sync }: { sync: CallSync }) {
  const reason = syncReason(sync);
  const written = sync.steps
    .filter(({ outcome }) => outcome !== "skipped" && outcome !== "failed")
    .map(({ step }) => step);
  if (!reason) return <span className="text-neutral">{written.length > 0 ? `Wrote ${written.join(", ")}` : "–"}</span>;
  return (
    <span className="break-words">
      {reason}
      {sync.state === "queued" && sync.due_at && (
        <span className="text-neutral">
          {" "}
          Next try <Time at={sync.due_at} />.
        </span>
      )}
    </span>
  );
}

function RetrySync({ sync }: { sync: CallSync }) {
  const retry = useRetryCall();
  if (sync.state !== "dead" && sync.state !== "skipped") return <span className="text-neutral max-md:hidden">–</span>;
  const anyway = sync.state === "skipped";
  return (
    <Button
      className="relative z-10 h-7"
      busy={retry.isPending}
      onClick={() =>
        retry.mutate(
          { callId: sync.call_id, connectionId: sync.connection_id, evenSkipped: anyway },
          {
            onSuccess: () => notify("The call is on its way again."),
            onError: (error) => notify(toProblem(error).detail, { tone: "error" }),
          },
        )
      }
    >
      {anyway ? "Sync anyway" : "Retry"}
    </Button>
  );
}
