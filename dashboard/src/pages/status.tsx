import { Link } from "@tanstack/react-router";
import { Cable, CircleCheck, CircleX, PhoneCall } from "lucide-react";
import type { ReactNode } from "react";
import { useCallSyncs, useCalls } from "../data/calls.ts";
import { useConnections } from "../data/connections.ts";
import type { Call, CallSync, Connection } from "../data/types.ts";
import { connectionName, troubleOf } from "../features/connection-words.ts";
import { PauseButton } from "../features/pause.tsx";
import { ReconnectButton } from "../features/reconnect.tsx";
import { syncReason } from "../rules/call-words.ts";
import { count } from "../rules/instants.ts";
import { useTrail } from "../shell/crumbs.tsx";
import { Banner } from "../ui/banner.tsx";
import { buttonClass } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { NewRowsPill, useHeldRows } from "../ui/held-rows.tsx";
import { PageHead, SkeletonBlock, SkeletonRows } from "../ui/parts.tsx";
import { Region } from "../ui/region.tsx";
import { connectionLooks } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { CallTable } from "./calls/call-table.tsx";

export function StatusPage() {
  useTrail("Status");
  const connections = useConnections();
  const dead = useCallSyncs({ state: "dead" });
  const calls = useCalls({ limit: 8 });
  return (
    <>
      <PageHead title="Status" about="What needs somebody, first." />
      <h2 className="sr-only">Needs attention</h2>
      <Region of={connections} what="the connections" skeleton={<SkeletonBlock height={68} />}>
        {(all) => (
          <Region of={dead} what="the failed calls" skeleton={<SkeletonBlock height={68} />}>
            {(failed) => (
              <Attention
                connections={all}
                failed={failed.data}
                hasMore={failed.has_more}
                checkedAt={Math.min(connections.dataUpdatedAt, dead.dataUpdatedAt)}
              />
            )}
          </Region>
        )}
      </Region>
      <div className="mt-8 mb-3 flex items-baseline justify-between gap-3">
        <h2 className="text-lg font-semibold">Latest calls</h2>
        <Link to="/calls" className="inline-flex min-h-6 items-center text-sm text-accent hover:underline">
          All calls
        </Link>
      </div>
      <Region of={calls} what="the latest calls" skeleton={<SkeletonRows rows={8} height={59} />}>
        {(page) =>
          page.data.length === 0 ? (
            <Empty icon={PhoneCall} title="No call has arrived yet">
              The first one appears here by itself, a few seconds after it ended.
            </Empty>
          ) : (
            <LatestCalls calls={page.data} />
          )
        }
      </Region>
    </>
  );
}

function LatestCalls({ calls }: { calls: Call[] }) {
  const held = useHeldRows(calls, "latest");
  return (
    <>
      <NewRowsPill waiting={held.waiting} onShow={held.showAll} />
      <CallTable calls={held.rows} />
    </>
  );
}

const urgency: Connection["status"][] = ["needs_reauth", "degraded", "paused"];

function Attention({
  connections,
  failed,
  hasMore,
  checkedAt,
}: {
  connections: Connection[];
  failed: CallSync[];
  hasMore: boolean;
  checkedAt: number;
}) {
  if (connections.length === 0)
    return (
      <Empty
        icon={Cable}
        title="Connect the first account"
        action={
          <Link to="/integrations" className={buttonClass("primary")}>
            Choose a provider
          </Link>
        }
      >
        Calls are stored as soon as they arrive; they are written to a CRM once one is connected.
      </Empty>
    );
  const troubled = urgency.flatMap((status) => connections.filter((connection) => connection.status === status));
  if (troubled.length === 0 && failed.length === 0) return <AllGood connections={connections} checkedAt={checkedAt} />;
  return (
    <ul className="flex flex-col gap-2">
      {troubled.map((connection) => (
        <li key={connection.id}>
          <TroubledConnection connection={connection} />
        </li>
      ))}
      {failed.length > 0 && (
        <li>
          <FailedCalls failed={failed} hasMore={hasMore} />
        </li>
      )}
    </ul>
  );
}

function AllGood({ connections, checkedAt }: { connections: Connection[]; checkedAt: number }) {
  const working = connections.filter(({ status }) => status === "connected").length;
  return (
    <div className="flex items-start gap-3 rounded-xl border border-ok/30 bg-ok-tint px-4 py-3">
      <CircleCheck aria-hidden className="mt-0.5 size-5 text-ok" />
      <div className="text-sm">
        <p className="font-semibold">Nothing needs attention</p>
        <p className="text-soft">
          {count(working)} {working === 1 ? "connection works" : "connections work"} and no call has failed. Checked{" "}
          <Time at={new Date(checkedAt).toISOString()} focusable />.
        </p>
      </div>
    </div>
  );
}

function TroubledConnection({ connection }: { connection: Connection }) {
  const trouble = troubleOf(connection);
  if (!trouble) return null;
  return (
    <Banner
      tone={trouble.tone}
      title={`${connectionName(connection)}: ${connectionLooks[connection.status].word.toLowerCase()}`}
      actions={<ConnectionAction connection={connection} />}
    >
      <p className="text-soft">
        {connection.status !== "paused" && `${trouble.title}. `}
        {trouble.text}{" "}
        <span className="whitespace-nowrap text-neutral">
          (<Time at={connection.status_changed_at} />)
        </span>
      </p>
    </Banner>
  );
}

function ConnectionAction({ connection }: { connection: Connection }): ReactNode {
  if (connection.status === "needs_reauth") return <ReconnectButton connection={connection} />;
  if (connection.status === "paused") return <PauseButton connection={connection} />;
  return (
    <Link to="/connections/$id" params={{ id: connection.id }} className={buttonClass()}>
      Show {connection.provider_name}
    </Link>
  );
}

/** Failures grouped by their reason: forty calls with one cause are one thing to fix. */
function FailedCalls({ failed, hasMore }: { failed: CallSync[]; hasMore: boolean }) {
  const groups = Map.groupBy(failed, (sync) => `${sync.connection_id} ${sync.reason}`);
  return (
    <section className="overflow-hidden rounded-lg border border-line bg-raised">
      <h3 className="flex items-center gap-2.5 border-b border-line px-4 py-2.5 text-sm font-semibold">
        <CircleX aria-hidden className="size-4 text-error" />
        {count(failed.length)}
        {hasMore ? "+" : ""} failed {failed.length === 1 ? "call" : "calls"}
      </h3>
      <ul>
        {[...groups.values()].map((group) => {
          const first = group[0];
          if (!first) return null;
          return (
            <li
              key={first.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2.5 text-sm last:border-0"
            >
              <span className="numbers w-16 shrink-0 font-medium">
                {count(group.length)} {group.length === 1 ? "call" : "calls"}
              </span>
              <span className="min-w-0 flex-[1_1_16rem] break-words text-soft">
                {syncReason(first) ?? "No reason was given."}
              </span>
              <Link
                to="/connections/$id"
                params={{ id: first.connection_id }}
                search={({ tenant }) => ({ ...(tenant ? { tenant } : {}), tab: "activity" as const, state: "dead" })}
                className={buttonClass()}
              >
                Show and retry
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
