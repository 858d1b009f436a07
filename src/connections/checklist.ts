import type { ConnectionCheck, Connector, ProviderApi } from "#connector-kit";
import { type Clock, type ConnectionId, errorCodes, PlatformError, type TenantId, toPlatformError } from "#core";
import { type Db, now } from "#db";
import { strategyOf } from "./credentials.ts";
import type { Gateway } from "./gateway.ts";
import { type Connection, findConnection } from "./store.ts";

/** One line of the connection test. A line comes as `running`, then once more with what was found. */
export interface CheckLine {
  id: string;
  label: string;
  state: "running" | "passed" | "failed" | "skipped";
  detail: string;
  duration_ms: number | null;
  /** The error code of a failure. */
  code: string | null;
  /** What to do about a failure. */
  action: string | null;
}

export interface CheckOptions {
  /** Also checks that write at the provider, and clean up. */
  writes?: boolean;
  signal?: AbortSignal;
}

interface Deps {
  db: Db;
  gateway: Gateway;
  clock: Clock;
}

/** More than this, and signatures with a time in them are refused on one side or the other. */
const tolerableSkewMs = 60_000;

type Found = string | { skipped: string };

/** Tries a connection out, line by line. Throws `connection.not_found`; whatever else goes wrong is a line. */
export async function* testConnection(
  { db, gateway, clock }: Deps,
  tenantId: TenantId,
  connectionId: ConnectionId,
  options: CheckOptions = {},
): AsyncGenerator<CheckLine, void> {
  const connection = await db.withTenant(tenantId, (tx) => findConnection(tx, connectionId));
  if (!connection) throw new PlatformError("connection.not_found", "There is no such connection in this tenant.");
  const connector = gateway.providers.get(connection.provider);
  const skew = createSkewWatch(clock);
  let api: ProviderApi | undefined;
  const use = { priority: "live" as const, ...(options.signal && { signal: options.signal }) };

  yield* check("sign_in", "Sign in", async () => {
    const opened = skew.watch(await gateway.forConnection(tenantId, connectionId, use));
    const account = await connector.account?.(opened);
    api = opened;
    if (account) return `Signed in to ${account.name}.`;
    return "The credentials are stored; this provider offers no way to try them without writing.";
  });
  for (const scope of requiredScopes(connector, connection)) {
    yield* check(`scope:${scope}`, `Scope ${scope}`, async () => {
      if (connection.scopes.includes(scope)) return "Granted.";
      throw new PlatformError("provider.permission", `The scope ${scope} was not granted.`);
    });
  }
  for (const one of connector.checks) {
    yield* check(one.id, one.label, async () => runCheck(one, connection, api, options));
  }
  yield* check("webhooks", "Webhooks", () => webhookLine(connector, connection));
  yield* check("clock", "Clock", async () => skew.result());
  yield* check("rate_headroom", "Rate headroom", async () => {
    const waitMs = await gateway.headroom(tenantId, connectionId, "post_call");
    return waitMs === 0 ? "A request could go at once." : `The next request could go in ${Math.ceil(waitMs)} ms.`;
  });

  async function webhookLine({ webhooks }: Connector, { id }: Connection): Promise<Found> {
    if (!webhooks) return { skipped: "This provider sends us no webhooks." };
    const last = await db.withTenant(tenantId, ({ kysely }) =>
      kysely
        .selectFrom("inbound_events")
        .select("received_at")
        .where("connection_id", "=", id)
        .orderBy("received_at", "desc")
        .limit(1)
        .executeTakeFirst(),
    );
    if (last) return `The last one arrived at ${last.received_at.toISOString()}.`;
    if (webhooks.routing === "account") return { skipped: "None has arrived yet." };
    const secret = await db.withTenant(tenantId, ({ kysely }) =>
      kysely
        .selectFrom("webhook_secrets")
        .select("id")
        .where("connection_id", "=", id)
        .where("is_active", "=", true)
        .where(({ eb, or }) => or([eb("expires_at", "is", null), eb("expires_at", ">", now)]))
        .limit(1)
        .executeTakeFirst(),
    );
    if (secret) return { skipped: "The secret is set; none has arrived yet." };
    throw new PlatformError(
      "webhook.signature_missing",
      "The connection has no webhook secret, so all webhooks are refused.",
    );
  }
}

function requiredScopes(connector: Connector, connection: Connection): string[] {
  const strategy = strategyOf(connector, connection.auth);
  return strategy.kind === "oauth2" ? strategy.scopes.required : [];
}

async function runCheck(
  one: ConnectionCheck,
  connection: Connection,
  api: ProviderApi | undefined,
  { writes = false }: CheckOptions,
): Promise<Found> {
  if (!api) return { skipped: "Needs the sign-in." };
  if (one.writes && !writes) return { skipped: "Writes at the provider; runs when asked for." };
  if (one.scope && connection.auth === "oauth2" && !connection.scopes.includes(one.scope)) {
    throw new PlatformError("provider.permission", `The scope ${one.scope} was not granted.`);
  }
  return one.run(api);
}

async function* check(id: string, label: string, run: () => Promise<Found>): AsyncGenerator<CheckLine, void> {
  const line: CheckLine = { id, label, state: "running", detail: "", duration_ms: null, code: null, action: null };
  yield { ...line };
  const startedAt = performance.now();
  try {
    const found = await run();
    const isSkipped = typeof found !== "string";
    line.state = isSkipped ? "skipped" : "passed";
    line.detail = isSkipped ? found.skipped : found;
  } catch (thrown) {
    const error = toPlatformError(thrown);
    line.state = "failed";
    line.code = error.code;
    line.detail = error.code === "internal.unexpected" ? errorCodes[error.code].title : error.message;
    line.action = errorCodes[error.code].action;
  }
  line.duration_ms = Math.round(performance.now() - startedAt);
  yield line;
}

/** Compares the Date header of the answers with our clock. */
function createSkewWatch(clock: Clock) {
  let skewMs: number | null = null;
  return {
    watch(api: ProviderApi): ProviderApi {
      return {
        connection: api.connection,
        async send(request) {
          const answer = await api.send(request);
          const theirs = Date.parse(answer.headers.get("date") ?? "");
          if (!Number.isNaN(theirs)) skewMs = clock.now() - theirs;
          return answer as never;
        },
      };
    },
    result(): Found {
      if (skewMs === null) return { skipped: "The provider tells no time." };
      // The header counts whole seconds.
      const seconds = Math.round(Math.abs(skewMs) / 1_000);
      if (Math.abs(skewMs) <= tolerableSkewMs) return seconds <= 1 ? "Both clocks agree." : `${seconds} s apart.`;
      throw new PlatformError(
        "connection.clock_skew",
        `Our clock is ${seconds} s ${skewMs > 0 ? "ahead of" : "behind"} the provider's.`,
      );
    },
  };
}
