import { type ErrorCode, errorCodes } from "#core";
import type { TraceStation } from "./trace.ts";

export interface TracedSync {
  /** What is on its way. */
  what: "call" | "message";
  state: string;
  reason: string | null;
  detail: string | null;
  dueAt: string;
  finishedAt: string | null;
  attempts: number;
  connectionStatus: string;
  steps: TracedStep[];
}

export interface TracedStep {
  step: string;
  outcome: string;
  reason: string | null;
  detail: string | null;
  at: string;
}

type Name = TraceStation["station"];
const order: readonly Name[] = ["received", "eligible", "matched", "mapped", "sent", "answered", "confirmed"];

/** Where each kind of fault stops a call or a message. */
const stopOf: Partial<Record<ErrorCode, Name>> = {
  "provider.validation": "mapped",
  "settings.invalid": "mapped",
  "provider.conflict": "answered",
  "provider.not_found": "answered",
  "provider.permission": "answered",
  "provider.malformed_answer": "answered",
  "provider.ambiguous": "answered",
};

/** The way into one connection as stations: everything up to the stop is done, what follows is not reached. */
export function stationsOf(received: TraceStation, sync: TracedSync): TraceStation[] {
  const contact = sync.steps.find(({ step }) => step === "contact");
  const main = sync.steps.find(
    ({ step, outcome }) => step !== "contact" && outcome !== "failed" && outcome !== "skipped",
  );
  const done: Record<Name, TraceStation> = {
    received,
    eligible: station("eligible", received.at, "The connection's conditions let it through."),
    matched: station(
      "matched",
      contact?.at ?? null,
      contact?.detail ?? contactWords[contact?.outcome ?? ""] ?? "This connection needs no contact.",
    ),
    mapped: station("mapped", main?.at ?? null, "Its fields were put into the provider's words."),
    sent: station("sent", main?.at ?? null, sync.attempts > 1 ? `Sent; ${sync.attempts} attempts in all.` : "Sent."),
    answered: station(
      "answered",
      main?.at ?? null,
      main ? `The provider answered: ${main.step} ${main.outcome}.` : "The provider answered.",
    ),
    confirmed: station("confirmed", sync.finishedAt, "Every step is stored with the provider's id."),
  };
  const stop = stopIn(sync);
  if (!stop) return order.map((name) => done[name]);
  const at = order.indexOf(stop.station);
  return order.map((name, index) => (index < at ? done[name] : index === at ? stop : notReached(name)));
}

const contactWords: Record<string, string> = {
  created: "No record had this phone or e-mail, so one was made.",
  linked: "The contact was there.",
};

function stopIn(sync: TracedSync): TraceStation | null {
  if (sync.state === "done") return null;
  const failed = sync.steps.find(({ outcome }) => outcome === "failed");
  if (sync.state === "skipped") return skipped(sync);
  const code = (failed?.reason ?? sync.reason) as ErrorCode | null;
  if (code === null || !(code in errorCodes)) return waitingFor(sync);
  const { action } = errorCodes[code];
  const where = failed?.step === "contact" && stopOf[code] !== "mapped" ? "matched" : (stopOf[code] ?? "sent");
  const detail = failed?.detail ?? sync.detail ?? errorCodes[code].title;
  if (sync.state === "dead") return { station: where, state: "stopped", at: sync.finishedAt, detail, code, action };
  return {
    station: where,
    state: "waiting",
    at: null,
    detail: `${detail} Next try ${sync.dueAt}, attempt ${sync.attempts + 1}.`,
    code,
    action,
  };
}

function skipped(sync: TracedSync): TraceStation {
  const station: Name = sync.reason?.startsWith("rule:") ? "eligible" : "matched";
  const action =
    station === "eligible"
      ? "Sync this one anyway, or edit the rule."
      : `Nothing to do, unless the ${sync.what} should have had a phone number or an e-mail address.`;
  return {
    station,
    state: "skipped",
    at: sync.finishedAt,
    detail: sync.detail ?? "Left out.",
    ...(sync.reason && { code: sync.reason }),
    action,
  };
}

function waitingFor(sync: TracedSync): TraceStation {
  if (sync.connectionStatus === "needs_reauth") {
    const { title, action } = errorCodes["connection.needs_reauth"];
    return {
      station: "sent",
      state: "waiting",
      at: null,
      detail: `${title} The ${sync.what} waits; nothing is lost.`,
      code: "connection.needs_reauth",
      action,
    };
  }
  if (sync.connectionStatus === "paused") {
    const { action } = errorCodes["connection.paused"];
    return {
      station: "sent",
      state: "waiting",
      at: null,
      detail: `The connection is paused; the ${sync.what} waits.`,
      code: "connection.paused",
      action,
    };
  }
  const detail = sync.state === "running" ? "It is being worked now." : "It waits for its turn.";
  return { station: "matched", state: "waiting", at: null, detail };
}

function station(name: Name, at: string | null, detail: string): TraceStation {
  return { station: name, state: "done", at, detail };
}

export function notReached(name: Name): TraceStation {
  return { station: name, state: "not_reached", at: null, detail: "Not reached." };
}

/** What no connection takes stops right after it was received. */
export function stationsWithoutConnection(
  received: TraceStation,
  isRouted: boolean,
  what: TracedSync["what"],
): TraceStation[] {
  const stop: TraceStation = isRouted
    ? {
        station: "eligible",
        state: "stopped",
        at: received.at,
        detail: `No connection takes the ${what}s of this agent.`,
        action: connectOne[what],
      }
    : {
        station: "eligible",
        state: "waiting",
        at: null,
        detail: "It is about to be handed to the agent's connections.",
      };
  return [received, stop, ...order.slice(2).map(notReached)];
}

const connectOne: Record<TracedSync["what"], string> = {
  call: "Connect a CRM for this agent or for the whole tenant; then import the call again or retry it.",
  message: "Connect a CRM that takes messages, for this agent or for the whole tenant; later messages go there.",
};
