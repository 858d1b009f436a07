import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { Calls, Messages } from "#calls";
import type { Connector } from "#connector-kit";
import { type Clock, toPlatformError } from "#core";
import type { Db } from "#db";
import type { Events } from "#events";
import type { Tracer } from "#insights";
import type { InboundWebhooks } from "#webhooks";
import { createAudit } from "./audit.ts";
import { createAuth } from "./auth.ts";
import { registerDashboard } from "./dashboard.ts";
import { registerDocs } from "./docs-routes.ts";
import { createIdempotency } from "./idempotency.ts";
import { createKeyStore } from "./key-store.ts";
import { type ApiMetrics, createApiMetrics } from "./metrics.ts";
import { registerOAuthPages } from "./oauth-pages.ts";
import { buildOpenApi } from "./openapi.ts";
import { type ReadyCheck, registerOperatorRoutes } from "./operator-routes.ts";
import type { ConnectionsPort } from "./ports.ts";
import { createRateLimits, type RequestLimits } from "./rate-limits.ts";
import type { Route } from "./route.ts";
import { agentRoutes } from "./routes/agents.ts";
import { apiKeyRoutes } from "./routes/api-keys.ts";
import { callRoutes } from "./routes/calls.ts";
import { connectTokenRoutes } from "./routes/connect-tokens.ts";
import { connectionTestRoutes } from "./routes/connection-test.ts";
import { connectionRoutes } from "./routes/connections.ts";
import { eventRoutes } from "./routes/events.ts";
import { inboundEventRoutes } from "./routes/inbound-events.ts";
import { messageRoutes } from "./routes/messages.ts";
import { operationRoutes } from "./routes/operations.ts";
import { providerRoutes } from "./routes/providers.ts";
import { tenantRoutes } from "./routes/tenants.ts";
import { registerRoutes } from "./run-route.ts";
import { createServer } from "./server.ts";
import { createLoginCodes, type LoginCodes, registerSessionPages, sessionRoutes } from "./session.ts";
import { createTokens } from "./tokens.ts";
import { registerWebhooks } from "./webhook-route.ts";

export interface ApiConfig {
  version: string;
  /** Without a slash at its end. */
  publicUrl: string;
  trustedProxies: string[];
  /** What sessions, connect tokens and kept answers are protected with; the first is used, all are accepted. */
  secrets: readonly Uint8Array[];
  cronSecret: string | null;
  metricsToken: string | null;
  dashboardFolder: string;
  limits?: Partial<RequestLimits>;
  /** Of the stream of events, see `StreamDeps`. */
  streams?: { beatMs?: number; perKey?: number };
  /** For tests: answers must fit their schemas. */
  checkReplies?: boolean;
}

export interface ApiDeps {
  db: Db;
  calls: Calls;
  messages: Messages;
  connections: ConnectionsPort;
  inbound: InboundWebhooks;
  events: Events;
  tracer: Tracer;
  connectors: ReadonlyMap<string, Connector>;
  config: ApiConfig;
  clock: Clock;
  log: FastifyBaseLogger;
  metrics?: ApiMetrics;
  readyChecks?: readonly ReadyCheck[];
  runTimetable?(job: string): Promise<string | null>;
}

export interface Api {
  server: FastifyInstance;
  routes: readonly Route[];
  /** What the server answers to, the table and all else. */
  served: readonly { method: string; path: string }[];
  loginCodes: LoginCodes;
  /** For the timetable: kept answers older than a day go. */
  sweepIdempotencyKeys(): Promise<void>;
  /** From now on /readyz says no, so that load balancers look elsewhere, and streams end, so that they are opened elsewhere. */
  drain(): void;
}

// Intake is what machines send in bulk; people and dashboards stay far below the rest.
const defaultLimits: RequestLimits = { key: 600, intake: 600_000, address: 60_000, login: 20, refused: 300 };
// Proxies cut what is silent for 30 to 60 s. A browser needs one stream, whatever it shows.
const defaultStreams = { beatMs: 15_000, perKey: 20 };

/** The HTTP server with all its routes, not yet listening. */
export async function createApi(deps: ApiDeps): Promise<Api> {
  const { db, calls, messages, connections, inbound, events, tracer, connectors, config, clock, log } = deps;
  const isHttps = config.publicUrl.startsWith("https:");
  const onError = (error: unknown) => log.error({ err: error }, "A piece of background work of the API failed.");
  const onUnexpected = (error: unknown, request: { id: string; url: string }) =>
    log.error(
      { err: error, code: toPlatformError(error).code, request_id: request.id, path: request.url.split("?", 1)[0] },
      "A request failed on our side.",
    );
  let isStopping = false;
  const leaving = new AbortController();

  const tokens = createTokens({ secrets: config.secrets, clock });
  const auth = createAuth({ db, tokens, clock, onError });
  const audit = createAudit({ db, log: (record) => log.info({ audit: record }, "An act that belongs to no tenant.") });
  const idempotency = createIdempotency({ db, tokens, clock });
  const metrics = deps.metrics ?? createApiMetrics();
  const loginCodes = createLoginCodes(clock);

  const routes: Route[] = [
    ...sessionRoutes(),
    ...tenantRoutes({ db, auth }),
    ...agentRoutes({ db }),
    ...apiKeyRoutes({ keys: createKeyStore(db), auth, clock }),
    ...providerRoutes({ connectors, connections }),
    ...connectTokenRoutes({ db, tokens, connectors, connections }),
    ...connectionRoutes({ db, connections, calls, connectors, tokens, publicUrl: config.publicUrl }),
    ...connectionTestRoutes({ connections }),
    ...callRoutes({ db, calls }),
    ...messageRoutes({ db, messages }),
    ...inboundEventRoutes({ inbound }),
    ...eventRoutes({ events, auth, leaving: leaving.signal, ...defaultStreams, ...config.streams }),
    ...operationRoutes({ db, tracer }),
  ];

  const served: Api["served"][number][] = [];
  const server = await createServer({
    onRoute: (method, path) => served.push({ method, path }),
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    logger: log,
    onUnexpected,
  });
  // Streams never end by themselves: a server that closes would wait for them.
  server.addHook("preClose", async () => leaving.abort());
  metrics.observe(server);
  const count = createRateLimits(server, { ...defaultLimits, ...config.limits });
  const { followLink } = registerSessionPages(server, { auth, tokens, codes: loginCodes, count, isHttps });
  registerRoutes(server, routes, { auth, audit, idempotency, count, checkReplies: config.checkReplies ?? false });
  registerOAuthPages(server, { connections, tokens, audit, count, isHttps, onUnexpected });
  const largest = Math.max(1_048_576, ...[...connectors.values()].map(({ webhooks }) => webhooks?.maxBodyBytes ?? 0));
  registerWebhooks(server, { inbound, count, publicUrl: config.publicUrl, bodyLimitBytes: largest });
  registerOperatorRoutes(server, {
    version: config.version,
    readyChecks: deps.readyChecks ?? [{ name: "database", check: () => pingDatabase(db) }],
    cronSecret: config.cronSecret,
    runTimetable: deps.runTimetable ?? (async () => null),
    metricsToken: config.metricsToken,
    metrics,
    count,
    isStopping: () => isStopping,
  });
  registerDocs(server, () => buildOpenApi(routes, { version: config.version, serverUrl: config.publicUrl }));
  await registerDashboard(server, { folder: config.dashboardFolder, followLink });

  return {
    server,
    routes,
    served,
    loginCodes,
    sweepIdempotencyKeys: idempotency.sweep,
    drain: () => {
      isStopping = true;
      leaving.abort();
    },
  };
}

async function pingDatabase(db: Db): Promise<string> {
  await db.transaction((tx) => tx.query("select 1"));
  return "The database answers.";
}
