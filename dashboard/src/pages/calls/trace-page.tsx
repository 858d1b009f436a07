import { getRouteApi, Link } from "@tanstack/react-router";
import { Search, Waypoints } from "lucide-react";
import { useState } from "react";
import { useSyncsOfCall, useTrace } from "../../data/calls.ts";
import { useConnections } from "../../data/connections.ts";
import { live } from "../../data/live.ts";
import { useProviders } from "../../data/providers.ts";
import type { CallSync, Trace, TracedCall, TracedMessage } from "../../data/types.ts";
import { CallPath } from "../../features/call-path.tsx";
import { outcomeWords } from "../../rules/call-words.ts";
import { useTrail } from "../../shell/crumbs.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton, Id } from "../../ui/copy.tsx";
import { Empty } from "../../ui/empty.tsx";
import { PageHead, Panel, SkeletonBlock } from "../../ui/parts.tsx";
import { Region } from "../../ui/region.tsx";
import { ScrollRegion } from "../../ui/scroll-region.tsx";
import { StatusText, syncLooks } from "../../ui/status.tsx";
import { Time } from "../../ui/time.tsx";

const route = getRouteApi("/app/trace");

export function TracePage() {
  useTrail("Trace");
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const trace = useTrace(q);
  return (
    <>
      <PageHead title="Trace" about="Where did it stop, and why: for any id, phone, e-mail or CRM id." />
      <TraceForm key={q} query={q} onTrace={(next) => navigate({ search: (now) => ({ ...now, q: next }) })} />
      {q === "" ? (
        <Empty icon={Waypoints} title="Paste what you have">
          A call id, a phone number, an e-mail, or the id of a contact or note in the CRM.
        </Empty>
      ) : (
        <Region of={trace} what="the trace" skeleton={<SkeletonBlock height={320} />}>
          {(found) => <Found trace={found} />}
        </Region>
      )}
    </>
  );
}

function TraceForm({ query, onTrace }: { query: string; onTrace: (query: string) => void }) {
  const [typed, setTyped] = useState(query);
  return (
    <search>
      <form
        className="mb-5 flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim()) onTrace(typed.trim());
        }}
      >
        <span className="relative min-w-0 max-w-xl flex-1">
          <Search
            aria-hidden
            className="pointer-events-none absolute start-2.5 top-1/2 size-4 -translate-y-1/2 text-neutral"
          />
          <input
            type="search"
            data-filter
            aria-label="Id, phone or e-mail"
            placeholder="Id, phone or e-mail"
            className="touch h-9 w-full rounded-md border border-control bg-raised ps-8 pe-2 text-sm"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </span>
        <Button type="submit" look="primary" className="h-9">
          Trace
        </Button>
      </form>
    </search>
  );
}

const kindWords: Record<Trace["kind"], string> = {
  call: "a call id",
  message: "a message id",
  phone: "a phone number",
  email: "an e-mail",
  call_sync: "a call on its way into one account",
  connection: "a connection",
  inbound_event: "an inbound event",
  external_id: "an id in a CRM",
  nothing: "nothing we know",
};

function Found({ trace }: { trace: Trace }) {
  if (trace.calls.length + trace.messages.length === 0) return <NeverReceived trace={trace} />;
  return (
    <div className="flex flex-col gap-8">
      <p className="text-sm text-neutral" role="status">
        Read as {kindWords[trace.kind]}: {foundWords(trace)}, newest first.
      </p>
      {trace.calls.map((call) => (
        <Traced key={call.id} call={call} />
      ))}
      {trace.messages.map((message) => (
        <TracedText key={message.id} message={message} />
      ))}
    </div>
  );
}

function foundWords({ calls, messages }: Trace): string {
  const count = (n: number, one: string) => (n === 0 ? [] : [n === 1 ? `one ${one}` : `${n} ${one}s`]);
  return [...count(calls.length, "call"), ...count(messages.length, "text message")].join(" and ");
}

function TracedText({ message }: { message: TracedMessage }) {
  return (
    <section className="min-w-0">
      <div className="mb-3 flex flex-wrap items-baseline gap-x-3">
        <h2 className="text-lg font-semibold">
          SMS {message.direction === "inbound" ? "from" : "to"}{" "}
          {message.customer_name ?? message.customer_phone ?? message.message_id}
        </h2>
        <span className="text-sm text-neutral">
          stored <Time at={message.created_at} focusable />
        </span>
        <Id id={message.message_id} />
      </div>
      <ul className="flex flex-col gap-2 text-sm">
        {message.paths.map((path) => {
          const look = syncLooks[path.state as CallSync["state"]];
          const stop = path.stations.find(({ state }) => state !== "done");
          return (
            <li key={path.connection_id ?? path.provider} className="flex flex-wrap items-baseline gap-x-3">
              {path.provider && <span className="font-medium">{outcomeWords(path.provider)}</span>}
              {look && <StatusText look={look} />}
              {stop && <span className="text-soft">{[stop.detail, stop.action].filter(Boolean).join(" ")}</span>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Traced({ call }: { call: TracedCall }) {
  const syncs = useSyncsOfCall(call.id);
  const connections = useConnections(live.slow);
  const providers = useProviders();
  return (
    <section className="min-w-0">
      <div className="mb-3 flex flex-wrap items-baseline gap-x-3">
        <h2 className="text-lg font-semibold">
          <Link to="/calls/$id" params={{ id: call.id }} className="hover:underline">
            {call.customer_name ?? call.customer_phone ?? call.call_id}
          </Link>
        </h2>
        <span className="text-sm text-neutral">
          received <Time at={call.created_at} focusable />
        </span>
        <Id id={call.call_id} />
      </div>
      <div className="grid items-start gap-4 xl:grid-cols-2">
        {call.paths.length === 0 && <p className="text-sm text-neutral">No connection takes this call.</p>}
        {call.paths.map((path) => (
          <CallPath
            key={path.connection_id ?? path.provider}
            path={path}
            callId={call.id}
            sync={syncs.data?.find(({ connection_id }) => connection_id === path.connection_id) ?? null}
            connection={connections.data?.find(({ id }) => id === path.connection_id) ?? null}
            monogram={providers.data?.find(({ id }) => id === path.provider)?.monogram ?? "··"}
          />
        ))}
      </div>
    </section>
  );
}

/** Nothing is known of it: what is, and the request that would send it. */
function NeverReceived({ trace }: { trace: Trace }) {
  const never = trace.never_received;
  return (
    <div className="flex flex-col gap-4">
      <Empty icon={Waypoints} title={`“${trace.query}” never reached us`}>
        {never?.last_call_at ? (
          <>
            Nothing here carries it. The last call came <Time at={never.last_call_at} focusable />.
          </>
        ) : (
          (never?.detail ?? "No call, webhook or record here carries it.")
        )}
      </Empty>
      {never && (
        <Panel
          title="The request that sends it"
          aside={<CopyButton text={inLines(never.curl)} what="the request" label="Copy" />}
        >
          <ScrollRegion label="curl request" className="overflow-x-auto">
            <pre className="font-mono text-xs leading-5">{inLines(never.curl)}</pre>
          </ScrollRegion>
        </Panel>
      )}
    </div>
  );
}

/** A long request, an option per line: it still runs as it is. */
function inLines(curl: string): string {
  return curl.replaceAll(/ (?=-H "|-d ')/g, " \\\n  ");
}
