import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SimulatorClock } from "./clock.ts";
import { createClock } from "./clock.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { createFaults, type FaultRule } from "./faults.ts";
import type { Html } from "./html.ts";
import { createKnobs, type Knob } from "./knobs.ts";
import { createRandom, type Random } from "./random.ts";
import { createRequestLog } from "./request-log.ts";
import { applyShape, type ShapeChange } from "./shape.ts";
import type { CommonOptions, Control, Latency, Simulator } from "./simulator.ts";
import { createWebhookSender, type WebhookSender } from "./webhooks.ts";

/** What the kit hands to a provider. */
export interface Base {
  clock: SimulatorClock;
  random: Random;
  webhooks: WebhookSender;
  /** The part of each limit that other applications leave to us. */
  freeShare(): number;
  /** The address this simulator answers on; empty until it is started. */
  url(): string;
}

/** What a provider hands to the kit. */
export interface ProviderServer<C> {
  id: string;
  name: string;
  handle(exchange: Exchange): Answer | Promise<Answer>;
  /** The provider's own body for a failure we make on purpose. */
  failure(status: number): Answer;
  /** The provider's own knobs, by the name under `/_simulator`. */
  knobs: Record<string, Knob>;
  state(query: URLSearchParams): unknown;
  page(query: URLSearchParams): Html;
  reset(): void;
  control: (shared: Control) => C;
}

export function createSimulator<C extends Control>(
  options: CommonOptions,
  define: (base: Base) => ProviderServer<C>,
): Simulator<C> {
  const clock = createClock();
  const random = createRandom(options.seed);
  const faults = createFaults({ clock, random });
  const webhooks = createWebhookSender({ clock, random });
  const log = createRequestLog(options.requestLogSize);
  let latencyMs: Latency = options.latencyMs ?? 0;
  let othersUse = 0;
  let shapes: Array<{ path: RegExp | undefined; change: ShapeChange }> = [];
  let server: Server | undefined;
  let url = "";

  const provider = define({ clock, random, webhooks, freeShare: () => 1 - othersUse, url: () => url });
  const shared: Control = {
    clock,
    random,
    faults,
    latency: (value) => {
      latencyMs = value;
    },
    fault: faults.add,
    clearFaults: faults.clear,
    outage: faults.outage,
    externalLoad: (share) => {
      othersUse = Math.min(1, Math.max(0, share));
    },
    shape: (changes) => {
      shapes = changes.map((change) => ({
        path: change.path === undefined ? undefined : new RegExp(change.path),
        change,
      }));
    },
    webhookFaults: (chosen) => void Object.assign(webhooks.faults, chosen),
    webhookAttempts: webhooks.attempts,
    webhooksIdle: webhooks.idle,
    requests: log.list,
    counts: log.counts,
    clearRequests: log.clear,
    reset,
  };
  const control = provider.control(shared);
  const knobs = createKnobs({ provider, control: shared });

  return {
    id: provider.id,
    start,
    stop,
    control,
    get url() {
      if (url === "") throw new Error(`The ${provider.name} simulator is not started`);
      return url;
    },
  };

  async function start({
    port = 0,
    host = "127.0.0.1",
  }: {
    port?: number;
    host?: string;
  } = {}): Promise<{ url: string }> {
    if (server) throw new Error(`The ${provider.name} simulator is already started`);
    const starting = createServer({ keepAliveTimeout: 65_000 }, receive);
    await new Promise<void>((resolve, reject) => {
      starting.once("error", reject);
      starting.listen(port, host, resolve);
    });
    server = starting;
    url = `http://${host}:${(starting.address() as AddressInfo).port}`;
    return { url };
  }

  async function stop(): Promise<void> {
    const stopping = server;
    server = undefined;
    url = "";
    clock.close();
    webhooks.clear();
    if (!stopping) return;
    stopping.closeAllConnections();
    await new Promise<void>((resolve) => stopping.close(() => resolve()));
  }

  function reset(): void {
    random.reset();
    faults.clear();
    webhooks.clear();
    log.clear();
    clock.close();
    clock.reset();
    latencyMs = options.latencyMs ?? 0;
    othersUse = 0;
    shapes = [];
    provider.reset();
  }

  function receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => response.destroy());
    request.on("end", () => {
      const target = request.url ?? "/";
      const cut = target.indexOf("?");
      const exchange: Exchange = {
        method: request.method ?? "GET",
        path: cut < 0 ? target : target.slice(0, cut),
        target,
        query: new URLSearchParams(cut < 0 ? "" : target.slice(cut + 1)),
        headers: request.headers,
        rawBody: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks),
      };
      serve(exchange, response).catch((error: unknown) => {
        // A fault in the simulator itself must not look like one of the provider's.
        console.error(`${provider.name} simulator failed at ${exchange.method} ${exchange.path}`, error);
        if (!response.headersSent)
          write(response, { status: 599, body: { simulator: "failed", message: String(error) } });
      });
    });
  }

  async function serve(exchange: Exchange, response: ServerResponse): Promise<void> {
    if (exchange.path === "/_simulator" || exchange.path.startsWith("/_simulator/")) {
      return write(response, await knobs.handle(exchange));
    }
    const startedAt = performance.now();
    const outage = faults.currentOutage();
    const fault = outage ? undefined : faults.choose(exchange.method, exchange.path);
    const delay = pickLatency();
    // Half before, half after: the write then happens while the caller waits, as over a real line.
    if (delay > 0) await sleep(delay / 2);
    if (fault?.kind === "slow") await sleep(fault.ms ?? 1_000);

    const answer = await produce(exchange, fault, outage);
    if (delay > 0) await sleep(delay / 2);
    const { method, target, headers } = exchange;
    const troubled = fault?.kind ?? (outage ? `outage-${outage}` : undefined);
    log.add({
      at: clock.now(),
      method,
      target,
      headers,
      status: answer?.status ?? 0,
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
      ...(troubled === undefined ? {} : { fault: troubled }),
    });
    if (answer) write(response, answer);
    else response.destroy();
  }

  /** Undefined means: cut the connection without a word. */
  async function produce(
    exchange: Exchange,
    fault: FaultRule | undefined,
    outage: "refuse" | "drop" | undefined,
  ): Promise<Answer | undefined> {
    if (outage === "drop" || fault?.kind === "drop-before") return undefined;
    if (outage === "refuse") return provider.failure(503);
    if (fault?.kind === "status") return failureOf(fault);
    const answer = reshape(exchange.path, await provider.handle(exchange));
    // A refused request committed nothing, so there is nothing to hide behind a failure.
    if (answer.status < 400 && fault?.kind === "commit-then-drop") return undefined;
    if (answer.status < 400 && fault?.kind === "commit-then-status") return failureOf(fault);
    if (fault?.kind === "malformed") {
      const text = JSON.stringify(answer.body ?? {});
      return {
        ...answer,
        headers: { "content-type": "application/json", ...answer.headers },
        body: text.slice(0, Math.ceil(text.length / 2)),
      };
    }
    return answer;
  }

  function failureOf(fault: FaultRule): Answer {
    const answer = provider.failure(fault.status ?? 500);
    return {
      status: answer.status,
      headers: { ...answer.headers, ...fault.headers },
      body: fault.body ?? answer.body,
    };
  }

  function reshape(path: string, answer: Answer): Answer {
    let { body } = answer;
    if (typeof body !== "object" || body instanceof Uint8Array) return answer;
    for (const shape of shapes) {
      if (shape.path === undefined || shape.path.test(path)) body = applyShape(body, shape.change);
    }
    return body === answer.body ? answer : { ...answer, body };
  }

  function pickLatency(): number {
    return typeof latencyMs === "number" ? latencyMs : random.between(latencyMs[0], latencyMs[1]);
  }
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  const isText = typeof body === "string";
  const isRaw = isText || body instanceof Uint8Array;
  const payload = body === undefined ? "" : isRaw ? body : JSON.stringify(body);
  const type = isText ? "text/plain; charset=utf-8" : "application/json;charset=utf-8";
  response.writeHead(status, {
    ...(body === undefined ? {} : { "content-type": type }),
    ...(status === 204 ? {} : { "content-length": Buffer.byteLength(payload) }),
    ...headers,
  });
  response.end(payload);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
