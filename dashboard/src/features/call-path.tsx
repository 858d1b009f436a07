import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import type { CallSync, CallSyncStep, Connection, TracePath, TraceStation } from "../data/types.ts";
import { outcomeWords } from "../rules/call-words.ts";
import { duration } from "../rules/instants.ts";
import { Banner } from "../ui/banner.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Monogram } from "../ui/parts.tsx";
import { inks, outcomeLook, StatusBadge, StatusText, stationLooks, syncLooks } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { CallFix } from "./call-fix.tsx";
import { connectionName } from "./connection-words.ts";

export interface CallPathProps {
  path: TracePath;
  sync: CallSync | null;
  connection: Connection | null;
  monogram: string;
  callId: string;
}

/** A call's way into one account: the stations, the stop with its fix, and what was written. */
export function CallPath({ path, sync, connection, monogram, callId }: CallPathProps) {
  const state = syncLooks[path.state as CallSync["state"]];
  const name = connection ? connectionName(connection) : outcomeWords(path.provider);
  const stop = path.stations.find(({ state }) => state === "stopped" || state === "skipped");
  return (
    <section className="min-w-0 overflow-hidden rounded-xl border border-line bg-raised shadow-lift">
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-3">
        <Monogram text={monogram} small />
        <h3 className="min-w-0 flex-1 truncate text-base font-semibold">
          {path.connection_id ? (
            <Link to="/connections/$id" params={{ id: path.connection_id }} className="hover:underline">
              {name}
            </Link>
          ) : (
            name
          )}
        </h3>
        {state && <StatusBadge look={state} />}
      </div>
      <div className="flex flex-col gap-4 p-4">
        {stop && (
          <Stop
            stop={stop}
            sync={sync}
            connection={connection}
            callId={callId}
            provider={connection?.provider_name ?? name}
          />
        )}
        <Stations stations={path.stations} />
        {sync && sync.steps.length > 0 && <Steps steps={sync.steps} provider={connection?.provider_name ?? name} />}
        {(!sync || sync.steps.length === 0) && path.links.length > 0 && <Links path={path} />}
      </div>
    </section>
  );
}

function Stop({
  stop,
  sync,
  connection,
  callId,
  provider,
}: {
  stop: TraceStation;
  sync: CallSync | null;
  connection: Connection | null;
  callId: string;
  provider: string;
}) {
  const isRule = stop.state === "skipped";
  return (
    <Banner
      tone={isRule ? "neutral" : "error"}
      title={isRule ? `Left out of ${provider}` : `Stopped at “${stationWords[stop.station]}”`}
      actions={<CallFix sync={sync} connection={connection} callId={callId} />}
    >
      <p className="text-soft">
        {stop.detail} {stop.action}
      </p>
      {stop.code && (
        <p className="mt-1 flex items-center gap-1 text-xs text-soft">
          <code className="font-mono">{stop.code}</code>
          <CopyButton text={stop.code} what="the code" />
        </p>
      )}
    </Banner>
  );
}

const stationWords: Record<TraceStation["station"], string> = {
  received: "Received",
  eligible: "Eligible",
  matched: "Matched",
  mapped: "Mapped",
  sent: "Sent",
  answered: "Answered",
  confirmed: "Confirmed",
};

function Stations({ stations }: { stations: TraceStation[] }) {
  return (
    <ol aria-label="Stations">
      {stations.map((station, at) => {
        const look = stationLooks[station.state];
        const Icon = look.icon;
        const isLast = at === stations.length - 1;
        return (
          <li key={station.station} className="relative flex gap-3 pb-3 last:pb-0">
            {!isLast && <span aria-hidden className="absolute start-2 top-5 bottom-0 w-px bg-line" />}
            <Icon aria-hidden className={`relative mt-0.5 size-4 shrink-0 ${inks[look.tone]}`} />
            <div className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-3 text-sm">
              <span className="w-20 shrink-0 font-medium">{stationWords[station.station]}</span>
              <span className="sr-only">{look.word}.</span>
              <span className="min-w-0 flex-[1_1_12rem] break-words text-neutral">
                {station.state === "not_reached" ? station.detail || "Not reached" : station.detail}
              </span>
              {station.at && (
                <span className="ms-auto text-xs text-neutral">
                  <Time at={station.at} focusable />
                </span>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function Steps({ steps, provider }: { steps: CallSyncStep[]; provider: string }) {
  return (
    <div>
      <h4 className="mb-1.5 text-xs font-medium text-neutral">Steps in {provider}</h4>
      <ul className="overflow-hidden rounded-lg border border-line">
        {steps.map((step) => (
          <li
            key={`${step.step} ${step.finished_at}`}
            className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line px-3 py-2 text-sm last:border-0"
          >
            <span className="w-24 font-medium">{outcomeWords(step.step)}</span>
            <span className="w-28">
              <StatusText look={outcomeLook(step.outcome)} />
            </span>
            <span className="min-w-0 flex-1">
              {step.external_id && (
                <ExternalId id={step.external_id} url={step.url} what={`${step.step} in ${provider}`} />
              )}
            </span>
            <span className="numbers text-xs text-neutral">
              {step.duration_ms !== null && step.outcome !== "skipped" && `${duration(step.duration_ms)} · `}
              <Time at={step.finished_at} />
            </span>
            {(step.detail ?? step.reason) && (
              <p className="basis-full break-words text-neutral">{step.detail ?? step.reason}</p>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function ExternalId({ id, url, what }: { id: string; url: string | null; what: string }) {
  if (!url) return <code className="font-mono text-xs break-all">{id}</code>;
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      aria-label={`Open ${what}, id ${id}, in a new tab`}
      className="inline-flex min-h-6 items-center gap-1 font-mono text-xs break-all text-accent underline underline-offset-2"
    >
      {id}
      <ExternalLink aria-hidden className="size-3.5" />
    </a>
  );
}

function Links({ path }: { path: TracePath }) {
  return (
    <ul className="flex flex-wrap gap-x-4 text-sm">
      {path.links.map(({ kind, external_id, url }) => (
        <li key={`${kind} ${external_id}`} className="flex items-center gap-1.5">
          <span className="text-neutral">{outcomeWords(kind)}</span>
          <ExternalId id={external_id} url={url} what={kind} />
        </li>
      ))}
    </ul>
  );
}
