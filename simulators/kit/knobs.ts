import { type Answer, type Exchange, readJson } from "./exchange.ts";
import type { FaultRule } from "./faults.ts";
import { type Html, html, htmlPage, htmlTable } from "./html.ts";
import type { ShapeChange } from "./shape.ts";
import type { Control, Latency } from "./simulator.ts";
import type { WebhookFaults } from "./webhooks.ts";

/** Takes the JSON body of a POST, answers what to send back (or nothing). Throwing answers 400. */
export type Knob = (input: Record<string, unknown>) => unknown;

interface KnobNeeds {
  provider: {
    id: string;
    name: string;
    knobs: Record<string, Knob>;
    state(query: URLSearchParams): unknown;
    page(query: URLSearchParams): Html;
  };
  control: Control;
}

/** The routes under `/_simulator`: a page to look at, the same as JSON, and the knobs. */
export function createKnobs({ provider, control }: KnobNeeds) {
  const knobs: Record<string, Knob> = { ...sharedKnobs(control), ...provider.knobs };
  return { handle };

  function handle(exchange: Exchange): Answer {
    const name = exchange.path.slice("/_simulator".length).replace(/^\/|\/$/g, "");
    if (exchange.method === "GET") return look(name, exchange.query);
    const [knobName = "", id] = name.split("/");
    if (exchange.method === "DELETE" && knobName === "fault" && id) {
      return control.faults.remove(id) ? { status: 204 } : { status: 404, body: { error: `No fault ${id}` } };
    }
    const knob = exchange.method === "POST" ? knobs[knobName] : undefined;
    if (!knob) return { status: 404, body: { error: `No knob ${exchange.method} ${name}`, knobs: Object.keys(knobs) } };
    try {
      return { status: 200, body: knob((readJson(exchange) ?? {}) as Record<string, unknown>) ?? { ok: true } };
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
    }
  }

  function look(name: string, query: URLSearchParams): Answer {
    if (name === "") return htmlAnswer(htmlPage(`${provider.name} simulator`, withMenu(provider.page(query))));
    if (name === "state.json") return { status: 200, body: provider.state(query) };
    if (name === "webhooks") return { status: 200, body: { attempts: control.webhookAttempts() } };
    if (name === "fault") return { status: 200, body: { faults: control.faults.list().map(readable) } };
    if (name === "clock") return { status: 200, body: { now: new Date(control.clock.now()).toISOString() } };
    if (name === "requests") {
      const requests = control.requests();
      if (!query.has("html")) return { status: 200, body: { ...control.counts(), requests } };
      const rows = requests
        .toReversed()
        .map((entry) => [entry.at, entry.method, entry.path, entry.status, entry.ms, entry.fault]);
      const table = htmlTable("Requests, newest first", ["At", "Method", "Path", "Status", "ms", "Fault"], rows);
      return htmlAnswer(htmlPage(`${provider.name} simulator: requests`, withMenu(table)));
    }
    return { status: 404, body: { error: `Nothing at ${name}` } };
  }
}

function sharedKnobs(control: Control): Record<string, Knob> {
  return {
    clock: ({ advanceMs, set, frozen, reset }) => {
      if (reset) control.clock.reset();
      if (set !== undefined) control.clock.set(set as string | number, { frozen: frozen === true });
      if (advanceMs !== undefined) control.clock.advance(number(advanceMs, "advanceMs"));
      return { now: new Date(control.clock.now()).toISOString() };
    },
    latency: ({ ms }) => control.latency(Array.isArray(ms) ? (ms as unknown as Latency) : number(ms, "ms")),
    fault: ({ clear, ...rule }) => {
      if (clear) control.clearFaults();
      return rule.kind === undefined ? undefined : { id: control.fault(rule as unknown as FaultRule) };
    },
    outage: ({ ms, kind }) => control.outage({ ms: number(ms, "ms"), kind: kind === "drop" ? "drop" : "refuse" }),
    "external-load": ({ share }) => control.externalLoad(number(share, "share")),
    shape: ({ changes }) => control.shape((changes ?? []) as ShapeChange[]),
    webhooks: (faults) => control.webhookFaults(faults as WebhookFaults),
    reset: () => control.reset(),
  };
}

function withMenu(content: Html): Html {
  return html`<nav aria-label="Simulator"><a href="/_simulator">State</a><a href="/_simulator/requests?html">Requests</a><a href="/_simulator/state.json">JSON</a></nav>
${content}`;
}

function htmlAnswer(body: string): Answer {
  return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

function number(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`${name} must be a number`);
  return value;
}

// A regular expression would be written as {} in JSON.
function readable({ rule, ...rest }: ReturnType<Control["faults"]["list"]>[number]) {
  const match = rule.match && {
    method: rule.match.method && String(rule.match.method),
    path: rule.match.path && String(rule.match.path),
  };
  return { ...rest, rule: { ...rule, match } };
}
