import {
  type Answer,
  type CommonOptions,
  type Control,
  createSimulator,
  type Exchange,
  html,
  htmlTable,
  type Limiter,
  readSegments,
  rollingWindow,
  type Simulator,
} from "#simulators/kit";
import { createDeliveries, type Deliveries } from "./deliveries.ts";
import { readCallId, readRuns } from "./payload.ts";

export interface ZapierLimits {
  /** For all hooks of an account together. */
  perFiveMinutes: number;
  /** For each hook. */
  perSecond: number;
  enabled: boolean;
}

export interface ZapierOptions extends CommonOptions {
  /** Hooks that exist from the start; `defaults` when absent. */
  hooks?: Array<{ account: string; hook: string }>;
  limits?: "documented" | "off" | Partial<ZapierLimits>;
}

export interface ZapierControl extends Control {
  readonly deliveries: Deliveries;
  /** Makes a hook and answers its URL. */
  addHook(hook?: { account?: string; hook?: string }): string;
  /** From now on 410, as for a Zap that was removed. */
  removeHook(hook: string): void;
  limits(limits: "documented" | "off" | Partial<ZapierLimits>): void;
}

/** What exists when nothing is asked for. */
export const defaults = { account: "1234567", hook: "demohook" } as const;

const documented: ZapierLimits = { perFiveMinutes: 10_000, perSecond: 30, enabled: true };
const largestBody = 10 * 1_024 * 1_024;

/** Zapier's catch hooks: they take what comes, say "success" and keep it for us to look at. */
export function createZapierSimulator(options: ZapierOptions = {}): Simulator<ZapierControl> {
  return createSimulator(options, (base) => {
    const hooks = new Map<string, { account: string; removed: boolean }>();
    const deliveries = createDeliveries();
    const limiters = new Map<string, Limiter>();
    let limits = readLimits(options.limits);
    populate();

    return {
      id: "zapier",
      name: "Zapier",
      handle,
      failure: (status) => ({ status, body: problem(status === 429 ? "Too many requests" : "Internal error") }),
      knobs: {
        hook: (hook) => ({ url: addHook(hook) }),
        remove: ({ hook }) => removeHook(String(hook)),
        limits: ({ mode, ...some }) =>
          setLimits(mode === "off" || mode === "documented" ? mode : (some as Partial<ZapierLimits>)),
      },
      state: (query) => ({
        hooks: [...hooks].map(([hook, { account, removed }]) => ({
          hook,
          account,
          removed,
          received: deliveries.count(hook),
        })),
        duplicates: deliveries.duplicates(),
        total: deliveries.count(),
        deliveries: deliveries.list({
          after: Number(query.get("after") ?? 0),
          limit: Number(query.get("limit") ?? 100),
        }),
      }),
      page,
      reset: () => {
        hooks.clear();
        deliveries.clear();
        setLimits(options.limits ?? "documented");
        populate();
      },
      control: (shared) => ({ ...shared, deliveries, addHook, removeHook, limits: setLimits }),
    };

    function populate(): void {
      for (const { account, hook } of options.hooks ?? [defaults]) hooks.set(hook, { account, removed: false });
    }

    function addHook({
      account = defaults.account,
      hook = base.random.token(7).toLowerCase(),
    }: {
      account?: string;
      hook?: string;
    } = {}): string {
      hooks.set(hook, { account, removed: false });
      return `${base.url()}/hooks/catch/${account}/${hook}/`;
    }

    function removeHook(hook: string): void {
      const found = hooks.get(hook);
      if (!found) throw new Error(`The Zapier simulator has no hook ${hook}`);
      found.removed = true;
    }

    function setLimits(given: ZapierOptions["limits"]): void {
      limits = readLimits(given);
      limiters.clear();
    }

    function handle(exchange: Exchange): Answer {
      const [root, kind, ...rest] = readSegments(exchange.path) ?? [];
      if (root !== "hooks" || (kind !== "catch" && kind !== "standard"))
        return { status: 404, body: problem("Not found") };
      const isSilent = rest.at(-1) === "silent";
      if (isSilent) rest.pop();
      // Older addresses name the hook alone.
      const [account, hook] = rest.length === 2 ? rest : [undefined, rest[0]];
      const found = hooks.get(hook ?? "");
      if (rest.length > 2 || !hook || !found || (account !== undefined && account !== found.account)) {
        return { status: 404, body: problem("Hook not found") };
      }
      if (found.removed) return { status: 410, body: problem("This hook is gone") };
      if (!["POST", "PUT", "GET"].includes(exchange.method))
        return { status: 405, body: problem("Method not allowed") };
      if (isOverLimit(found.account, hook)) return { status: 429, body: problem("Too many requests") };
      if (exchange.rawBody.length > largestBody) return { status: 413, body: problem("Payload too large") };
      const runs = readRuns(exchange);
      if (!runs) return { status: 400, body: problem("The body is not valid JSON") };

      const { random, clock } = base;
      const id = random.uuid();
      const contentType = exchange.headers["content-type"] ?? "";
      const at = new Date(clock.now()).toISOString();
      deliveries.add({
        id,
        at,
        account: found.account,
        hook,
        method: exchange.method,
        contentType,
        runs,
        callId: readCallId(runs),
      });
      if (isSilent) return { status: 200, body: "" };
      return { status: 200, body: { status: "success", attempt: random.uuid(), id, request_id: random.uuid() } };
    }

    function isOverLimit(account: string, hook: string): boolean {
      if (!limits.enabled) return false;
      const now = base.clock.now();
      const share = base.freeShare();
      const byAccount = limiter(`account:${account}`, () => rollingWindow(limits.perFiveMinutes, 300_000));
      const byHook = limiter(`hook:${hook}`, () => rollingWindow(limits.perSecond, 1_000));
      return !byHook.take(now, share).allowed || !byAccount.take(now, share).allowed;
    }

    function limiter(key: string, create: () => Limiter): Limiter {
      const found = limiters.get(key) ?? create();
      limiters.set(key, found);
      return found;
    }

    function page(query: URLSearchParams) {
      const after = Number(query.get("after") ?? 0) || 0;
      const shown = deliveries.list({ after, limit: 50 });
      const rows = shown.map(({ at, hook, callId, runs }) => [
        at,
        hook,
        callId,
        html`<code>${JSON.stringify(runs)}</code>`,
      ]);
      const more = after + 50 < deliveries.count();
      return html`${htmlTable(
        "Hooks",
        ["Hook", "Account", "State", "Received"],
        [...hooks].map(([hook, { account, removed }]) => [
          hook,
          account,
          removed ? "removed" : "on",
          deliveries.count(hook),
        ]),
      )}
${htmlTable(
  "Calls that a hook received more than once",
  ["Hook", "Call", "Times"],
  deliveries.duplicates().map(({ hook, callId, count }) => [hook, callId, count]),
)}
${htmlTable(`Received: ${deliveries.count()}`, ["At", "Hook", "Call", "Runs"], rows)}
${more && html`<nav aria-label="Pages"><a rel="next" href="/_simulator?after=${after + 50}">Next page</a></nav>`}`;
    }
  });
}

function readLimits(given: ZapierOptions["limits"]): ZapierLimits {
  if (given === "off") return { ...documented, enabled: false };
  return { ...documented, ...(typeof given === "object" ? given : {}) };
}

function problem(message: string) {
  return { status: "error", message };
}
