import type { SimulatorClock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Trouble on the way of a webhook, each a probability from 0 to 1. */
export interface WebhookFaults {
  twice?: number;
  lost?: number;
  late?: number;
  /** How late; 1 s when absent. */
  lateMs?: number;
  /** Held back until the next message has gone out. */
  reordered?: number;
}

export interface WebhookMessage {
  url: string;
  /** Written anew for each attempt, since signatures carry the time and some bodies the attempt number. */
  write(attempt: number, now: number): { body: string; headers: Record<string, string> };
  timeoutMs: number;
  /** Waits before the 2nd, 3rd … attempt. Empty: one attempt only. */
  retryDelaysMs: readonly number[];
  /** Which answers that are not 2xx are tried again; all of them when absent. 0 stands for no answer. */
  retries?(status: number): boolean;
  /** Told how each attempt ended, for providers that stop sending to an address that fails. */
  settled?(attempt: number, status: number): void;
}

export interface WebhookAttempt {
  at: string;
  url: string;
  attempt: number;
  /** HTTP status, or 0 when nobody answered in time. */
  status: number;
  body: string;
  note?: "twice" | "lost" | "late" | "reordered";
}

export interface WebhookSender {
  faults: WebhookFaults;
  send(message: WebhookMessage): void;
  attempts(): WebhookAttempt[];
  /** Resolves when nothing is on its way (messages that wait for a retry are not). */
  idle(): Promise<void>;
  clear(): void;
}

/** Sends webhooks as providers do: again after a failure, and now and then twice, late, out of order or never. */
export function createWebhookSender({ clock, random }: { clock: SimulatorClock; random: Random }): WebhookSender {
  const faults: WebhookFaults = {};
  const log: WebhookAttempt[] = [];
  const onTheWay = new Set<Promise<void>>();
  let heldBack: WebhookMessage | undefined;
  // One for everything that is on its way; cleared as a whole when the simulator stops or begins anew.
  let stopping = new AbortController();

  return { faults, send, attempts: () => [...log], idle, clear };

  function send(message: WebhookMessage): void {
    if (hits(faults.lost)) {
      note(message, "lost");
      return;
    }
    if (hits(faults.late)) {
      note(message, "late");
      clock.after(faults.lateMs ?? 1_000, () => start(message, 0));
      return;
    }
    if (heldBack === undefined && hits(faults.reordered)) {
      heldBack = message;
      note(message, "reordered");
      // Nothing may follow: then it goes out alone.
      clock.after(faults.lateMs ?? 1_000, () => releaseHeldBack(message));
      return;
    }
    // What was held back goes out once this one has arrived, so that it really comes second.
    const held = heldBack;
    start(message, 0, held && (() => releaseHeldBack(held)));
    if (hits(faults.twice)) {
      note(message, "twice");
      start(message, 0);
    }
  }

  function releaseHeldBack(message: WebhookMessage): void {
    if (heldBack !== message) return;
    heldBack = undefined;
    start(message, 0);
  }

  function start(message: WebhookMessage, attempt: number, afterwards?: () => void): void {
    const delivery = deliver(message, attempt, stopping.signal).finally(() => {
      afterwards?.();
      onTheWay.delete(delivery);
    });
    onTheWay.add(delivery);
  }

  async function deliver(message: WebhookMessage, attempt: number, stopped: AbortSignal): Promise<void> {
    const now = clock.now();
    const { body, headers } = message.write(attempt, now);
    let status = 0;
    try {
      const answer = await fetch(message.url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
        redirect: "manual",
        signal: AbortSignal.any([stopped, AbortSignal.timeout(message.timeoutMs)]),
      });
      status = answer.status;
      await answer.body?.cancel();
    } catch {
      status = 0; // no connection, or no answer in time: the provider sees no difference
    }
    if (stopped.aborted) return;
    keep({ at: new Date(now).toISOString(), url: message.url, attempt, status, body });
    message.settled?.(attempt, status);
    const delay = message.retryDelaysMs[attempt];
    const failed = status < 200 || status > 299;
    if (failed && delay !== undefined && (message.retries?.(status) ?? true))
      clock.after(delay, () => start(message, attempt + 1));
  }

  async function idle(): Promise<void> {
    while (onTheWay.size > 0) await Promise.allSettled(onTheWay);
  }

  function clear(): void {
    stopping.abort();
    stopping = new AbortController();
    heldBack = undefined;
    log.length = 0;
    for (const name of Object.keys(faults) as Array<keyof WebhookFaults>) delete faults[name];
  }

  function hits(probability: number | undefined): boolean {
    return probability !== undefined && random.next() < probability;
  }

  function note(message: WebhookMessage, kind: NonNullable<WebhookAttempt["note"]>): void {
    const { body } = message.write(0, clock.now());
    keep({ at: new Date(clock.now()).toISOString(), url: message.url, attempt: 0, status: 0, body, note: kind });
  }

  function keep(entry: WebhookAttempt): void {
    log.push(entry);
    if (log.length > 1_000) log.shift();
  }
}
