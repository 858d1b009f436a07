import { getRouteApi, Link } from "@tanstack/react-router";
import { ExternalLink, Unplug } from "lucide-react";
import { useCall, useSyncsOfCall, useTrace } from "../../data/calls.ts";
import { useConnections } from "../../data/connections.ts";
import { live } from "../../data/live.ts";
import { useAgents, useProviders } from "../../data/providers.ts";
import type { Call } from "../../data/types.ts";
import { CallPath } from "../../features/call-path.tsx";
import { callerName, callLength, outcomeWords } from "../../rules/call-words.ts";
import { useTrail } from "../../shell/crumbs.tsx";
import { buttonClass } from "../../ui/button.tsx";
import { Id } from "../../ui/copy.tsx";
import { Empty } from "../../ui/empty.tsx";
import { type Fact, Facts, PageHead, Panel, SkeletonBlock } from "../../ui/parts.tsx";
import { Region } from "../../ui/region.tsx";
import { ScrollRegion } from "../../ui/scroll-region.tsx";
import { callLooks, StatusBadge } from "../../ui/status.tsx";
import { Time } from "../../ui/time.tsx";

const route = getRouteApi("/app/calls/$id");

export function CallPage() {
  const { id } = route.useParams();
  const call = useCall(id);
  const agents = useAgents();
  useTrail(call.data ? callerName(call.data) : "Call", [{ name: "Calls", to: "/calls" }]);
  return (
    <Region of={call} what="this call" skeleton={<CallSkeleton />}>
      {(data) => (
        <>
          <PageHead
            title={
              <span className="inline-flex flex-wrap items-center gap-x-3 gap-y-1">
                {callerName(data)}
                <StatusBadge look={callLooks[data.sync_state]} />
              </span>
            }
            about={
              <span className="flex flex-wrap items-center gap-x-3">
                <span>
                  Received <Time at={data.created_at} focusable />
                </span>
                <Id id={data.call_id} />
              </span>
            }
          />
          <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
            <Ways call={data} />
            <div className="flex min-w-0 flex-col gap-4">
              <About
                call={data}
                agentName={agents.data?.find((agent) => agent.id === data.agent_id)?.name ?? data.agent_id}
              />
              <Said call={data} />
            </div>
          </div>
        </>
      )}
    </Region>
  );
}

/** The call's way into each account. */
function Ways({ call }: { call: Call }) {
  const trace = useTrace(call.id);
  const syncs = useSyncsOfCall(call.id);
  const connections = useConnections(live.slow);
  const providers = useProviders();
  return (
    <div className="min-w-0">
      <h2 className="sr-only">Its way into each account</h2>
      <Region of={trace} what="the way of this call" skeleton={<SkeletonBlock height={320} />}>
        {({ calls }) => {
          const paths = calls.find(({ id }) => id === call.id)?.paths ?? [];
          if (paths.length === 0)
            return (
              <Empty
                icon={Unplug}
                title="No connection takes this call"
                action={
                  <Link to="/integrations" className={buttonClass("primary")}>
                    Connect a CRM
                  </Link>
                }
              >
                The call is stored. Its agent had no connection when it ended, so there was nowhere to write it to.
              </Empty>
            );
          return (
            <div className="flex flex-col gap-4">
              {paths.map((path) => (
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
          );
        }}
      </Region>
    </div>
  );
}

const sourceWords: Record<Call["source"], string> = {
  api: "API",
  retell: "Retell webhook",
  sql: "SQL insert",
  import: "Import",
};

function About({ call, agentName }: { call: Call; agentName: string }) {
  const facts: Fact[] = [
    { name: "Outcome", value: call.call_outcome ? outcomeWords(call.call_outcome) : "Not given" },
    { name: "Length", value: callLength(call.duration_seconds) ?? "Not given" },
    { name: "Phone", value: <span className="numbers">{call.customer_phone ?? "Not given"}</span> },
    { name: "E-mail", value: call.customer_email ?? "Not given" },
    { name: "Agent", value: agentName },
    { name: "Came by", value: sourceWords[call.source] },
    ...(call.started_at ? [{ name: "Started", value: <Time at={call.started_at} focusable /> }] : []),
    ...(call.call_sentiment ? [{ name: "Sentiment", value: outcomeWords(call.call_sentiment) }] : []),
    ...(call.appointment_booked ? [{ name: "Appointment", value: appointmentWords(call.appointment_booked) }] : []),
    ...Object.entries(call.extra).map(([name, value]) => ({ name: outcomeWords(name), value: plain(value) })),
  ];
  return (
    <Panel title="Call">
      <Facts facts={facts} />
    </Panel>
  );
}

function Said({ call }: { call: Call }) {
  if (!call.call_summary && !call.transcript && !call.recording_url) return null;
  return (
    <Panel title="What was said">
      <div className="flex flex-col gap-3">
        {call.call_summary && <p className="text-sm break-words whitespace-pre-line">{call.call_summary}</p>}
        {call.recording_url && (
          <a
            href={call.recording_url}
            target="_blank"
            rel="noreferrer"
            className="inline-flex min-h-6 items-center gap-1 self-start text-sm text-accent underline underline-offset-2"
          >
            Listen to the recording
            <ExternalLink aria-hidden className="size-3.5" />
          </a>
        )}
        {call.transcript && (
          <details>
            <summary className="min-h-6 text-sm font-medium">Transcript</summary>
            <ScrollRegion
              label="Transcript"
              className="mt-2 max-h-96 overflow-y-auto rounded-lg bg-sunken p-3 text-sm leading-6 break-words whitespace-pre-line"
            >
              {call.transcript}
            </ScrollRegion>
          </details>
        )}
      </div>
    </Panel>
  );
}

// The appointment is in the business's own time: it is shown as it was agreed, with its zone, and not converted.
function appointmentWords({ date, time, timezone, durationMinutes }: NonNullable<Call["appointment_booked"]>): string {
  return `${date} ${time}, ${durationMinutes} min, ${timezone}`;
}

function plain(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function CallSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-2">
        <div className="skeleton h-6 w-56" />
        <div className="skeleton h-3 w-72" />
      </div>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <SkeletonBlock height={380} />
        <SkeletonBlock height={300} />
      </div>
    </div>
  );
}
