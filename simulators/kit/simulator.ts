import type { SimulatorClock } from "./clock.ts";
import type { FaultRule, Faults } from "./faults.ts";
import type { Random } from "./random.ts";
import type { LoggedRequest, RequestCounts } from "./request-log.ts";
import type { ShapeChange } from "./shape.ts";
import type { WebhookAttempt, WebhookFaults } from "./webhooks.ts";

/** A local look-alike of a provider. */
export interface Simulator<C extends Control = Control> {
  readonly id: string;
  start(options?: { port?: number; host?: string }): Promise<{ url: string }>;
  stop(): Promise<void>;
  /** Only once started. */
  readonly url: string;
  readonly control: C;
}

/** Milliseconds added to each answer: always the same, or between two. */
export type Latency = number | readonly [min: number, max: number];

/** The knobs that every simulator has; the same ones stand under `/_simulator` over HTTP. */
export interface Control {
  readonly clock: SimulatorClock;
  readonly random: Random;
  readonly faults: Faults;
  latency(value: Latency): void;
  fault(rule: FaultRule): string;
  clearFaults(): void;
  outage(options: { ms: number; kind?: "refuse" | "drop" }): void;
  /** How much of every limit another application uses up, 0 to 1. */
  externalLoad(share: number): void;
  shape(changes: ShapeChange[]): void;
  webhookFaults(faults: WebhookFaults): void;
  webhookAttempts(): WebhookAttempt[];
  /** Resolves when no webhook is on its way. */
  webhooksIdle(): Promise<void>;
  requests(): LoggedRequest[];
  /** Over all requests, not only the last ones that `requests` keeps. */
  counts(): RequestCounts;
  clearRequests(): void;
  /** Back to how it was created: data, tokens, knobs, log. */
  reset(): void;
}

export interface CommonOptions {
  /** Makes chance repeatable. */
  seed?: number;
  latencyMs?: Latency;
  /** How many of the last requests are kept; 1,000 when absent. */
  requestLogSize?: number;
}
