import net from "node:net";
import type { Logger } from "pino";
import { type Api, createApi, createApiMetrics, type ReadyCheck } from "#api";
import type { VaultKey } from "#connections";
import type { ProviderApi } from "#connector-kit";
import { createConnectors } from "#connectors";
import { type Clock, sleep, systemClock } from "#core";
import type { Db } from "#db";
import { createRunner, createTimetable, type Runner, type Timetable } from "#jobs";
import { applyBootstrap, readBootstrap } from "./bootstrap.ts";
import { type Capabilities, createCapabilities } from "./capabilities.ts";
import type { Config } from "./config.ts";
import { readEncryptionKeys } from "./encryption-keys.ts";
import { createLog } from "./log.ts";
import { collectProcessMetrics, createProviderMetrics } from "./metrics.ts";
import { openStorage } from "./storage.ts";
import { refuseUnknownJob, timetableEntries } from "./timetable.ts";
import { version } from "./version.ts";

export interface App {
  /** Opens, migrates, listens. Resolves when the first request can be answered. */
  start(): Promise<{ url: string }>;
  /** No new work, up to 25 s for what is under way, then closes. Called again, it does not wait any longer. */
  stop(): Promise<void>;
  /** A link that signs a browser in at the dashboard once, with the rights of an API key. Good for 10 minutes. */
  loginLink(secret: string): string;
}

interface Running {
  db: Db;
  parts: Capabilities;
  api: Api;
  runner: Runner | null;
  timetable: Timetable;
  port: number;
  url: string;
}

const bootstrapRetryMs = 3_000;
const drainMs = 25_000; // orchestrators kill after 30 s

export interface AppOptions {
  clock?: Clock;
  log?: Logger;
  /** Stands between the product and its database, for tests that break it at a chosen point. */
  tapDb?(db: Db): Db;
  /** Stands between the work on calls and a provider, likewise. */
  tapApi?(api: ProviderApi): ProviderApi;
}

/** The whole product in one process, as the settings say. Nothing happens before `start`. */
export async function createApp(
  config: Config,
  { clock = systemClock, log = createLog(config.LOG_LEVEL), tapDb = asItIs, tapApi = asItIs }: AppOptions = {},
): Promise<App> {
  const role = config.TIELINE_ROLE;
  const works = role === "all" || role === "worker";
  const schedules = role !== "api";
  const leaving = new AbortController();
  let running: Running | null = null;
  let bootstrapping: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | null = null;

  return { start, stop, loginLink };

  async function start(): Promise<{ url: string }> {
    const startedAt = performance.now();
    for (const name of config.unknown) log.warn({ name }, "The environment names a setting that does not exist.");
    const keys = await readEncryptionKeys(config, (message) => log.warn(message));
    const db = tapDb(await openStorage(config, log));
    try {
      running = await assemble(db, keys);
      const { api, runner, timetable, parts, port, url } = running;
      await parts.transport.prepare();
      await parts.transport.open();
      if (config.TIELINE_BOOTSTRAP_FILE) await bootstrap(running, config.TIELINE_BOOTSTRAP_FILE);
      await runner?.start();
      if (schedules) await timetable.start();
      await api.server.listen({ host: config.HOST, port });
      log.info(
        {
          url,
          role,
          engine: db.engine,
          zone_rules: process.versions.tz,
          ms: Math.round(performance.now() - startedAt),
        },
        "Ready.",
      );
      return { url };
    } catch (error) {
      await (running ? stop() : db.close()).catch(() => {}); // the first error is the one to tell
      throw error;
    }
  }

  async function assemble(db: Db, keys: readonly VaultKey[]): Promise<Running> {
    const port = config.PORT === 0 ? await freePort(config.HOST) : config.PORT;
    const url = config.TIELINE_PUBLIC_URL ?? `http://localhost:${port}`;
    const metrics = createApiMetrics();
    if (config.METRICS_TOKEN) collectProcessMetrics(metrics.registry);
    const parts = createCapabilities({
      config,
      db,
      keys,
      publicUrl: url,
      clock,
      log,
      allConnectors: createConnectors(),
      providerMetrics: createProviderMetrics(metrics.registry),
      tapApi,
    });
    const { lanes, transport, handlers, connections } = parts;
    const runner = works
      ? createRunner({
          db,
          lanes,
          transport,
          handlers,
          clock,
          log,
          concurrency: config.TIELINE_WORKER_CONCURRENCY,
          leaseMs: config.TIELINE_LEASE_MS,
        })
      : null;
    const isRunning = () => running !== null && stopped === null;
    const readyChecks: ReadyCheck[] = [
      { name: "database", check: () => ping(db) },
      ...(runner ? [{ name: "workers", check: async () => checkRunning(isRunning()) }] : []),
    ];
    const api = await createApi({
      db,
      calls: parts.calls,
      messages: parts.messages,
      connections,
      inbound: parts.inbound,
      events: parts.events,
      tracer: parts.tracer,
      connectors: parts.connectors,
      config: {
        version,
        publicUrl: url,
        trustedProxies: config.TIELINE_TRUSTED_PROXIES,
        secrets: keys.map(({ key }) => key),
        cronSecret: config.CRON_SECRET ?? null,
        metricsToken: config.METRICS_TOKEN ?? null,
        dashboardFolder: config.dashboardFolder,
        limits: { key: config.TIELINE_REQUESTS_PER_MINUTE, intake: config.TIELINE_INTAKE_PER_MINUTE },
      },
      clock,
      log,
      metrics,
      readyChecks,
      runTimetable,
    });
    const { retryFailed } = parts;
    const { sweepIdempotencyKeys } = api;
    const entries = timetableEntries({ db, clock, connections, retryFailed, sweepIdempotencyKeys });
    const timetable = createTimetable({ db, entries, clock, log });
    return { db, parts, api, runner, timetable, port, url };

    async function runTimetable(name: string): Promise<string> {
      refuseUnknownJob(name, entries);
      return (await timetable.runNow(name)) ? "It ran." : "It is running already.";
    }
  }

  /** Once before the server listens; what waits for its provider goes on beside it. */
  async function bootstrap({ db, parts }: Running, file: string): Promise<void> {
    const plan = await readBootstrap(file);
    const apply = () => applyBootstrap(plan, { db, connections: parts.connections });
    let { created, waiting } = await apply();
    log.info({ file, created }, "The bootstrap file was applied.");
    if (waiting.length === 0) return;
    log.warn({ waiting }, "Some connections could not be made yet; they are tried again.");
    bootstrapping = (async () => {
      while (waiting.length > 0) {
        await sleep(bootstrapRetryMs, leaving.signal);
        ({ created, waiting } = await apply());
        if (created.length > 0) log.info({ created }, "The bootstrap file was applied.");
      }
    })().catch((error) => {
      if (!leaving.signal.aborted) log.error({ err: error }, "The bootstrap file could not be applied.");
    });
  }

  function stop(): Promise<void> {
    if (stopped) void running?.runner?.stop(); // the second call ends the waiting
    stopped ??= close();
    return stopped;
  }

  async function close(): Promise<void> {
    leaving.abort(new Error("The process stops."));
    if (!running) return;
    const { db, parts, api, runner, timetable } = running;
    api.drain();
    // A client that never ends its request does not keep us: what runs longer is cut off, as the workers' slices are.
    const cutOff = setTimeout(() => api.server.server.closeAllConnections(), drainMs);
    await Promise.all([api.server.close(), runner?.stop(), timetable.stop(), bootstrapping]);
    clearTimeout(cutOff);
    await parts.flushRefusals().catch((error) => log.warn({ err: error }, "Counts of refused webhooks were lost."));
    await parts.transport.close();
    await parts.close();
    await db.close();
    log.info("Stopped.");
  }

  function loginLink(secret: string): string {
    if (!running) throw new Error("There is nobody to sign in with before the start.");
    return `${running.url}/login?code=${running.api.loginCodes.make(secret)}`;
  }
}

function asItIs<T>(it: T): T {
  return it;
}

async function ping(db: Db): Promise<string> {
  await db.transaction((tx) => tx.query("select 1"));
  return "The database answers.";
}

function checkRunning(isRunning: boolean): string {
  if (isRunning) return "The workers run.";
  throw new Error("The workers do not run.");
}

// Our own address must be known before anything is built on it, so a free port is found first.
async function freePort(host: string): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
