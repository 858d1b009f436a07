import { execFileSync } from "node:child_process";
import { Redis } from "ioredis";
import pg from "pg";

export interface Services {
  /** What the tests of this run can reach, a line each. */
  lines: string[];
  hasBrowser: boolean;
}

/** Looks for each service the suites can use. One that is named or required and cannot be reached is an error. */
export async function findServices(env: NodeJS.ProcessEnv): Promise<Services> {
  const isRequired = env.TIELINE_REQUIRE_SERVICES === "1";
  const databaseUrl = named(env, "TIELINE_TEST_DATABASE_URL", isRequired);
  const redisUrl = named(env, "TIELINE_TEST_REDIS_URL", isRequired);
  const browser = findBrowser(env);
  if (isRequired && !browser) throw new Error("Chromium is required here and was not found. Install chromium.");
  return {
    lines: [
      "embedded database: yes",
      `PostgreSQL: ${databaseUrl ? `version ${await postgresVersion(databaseUrl)}` : absent("TIELINE_TEST_DATABASE_URL")}`,
      `Redis: ${redisUrl ? `version ${await redisVersion(redisUrl)}` : absent("TIELINE_TEST_REDIS_URL")}`,
      `browser: ${browser ?? "no, this machine has no Chromium"}`,
    ],
    hasBrowser: browser !== null,
  };
}

const absent = (setting: string) => `no, ${setting} is not set`;

function named(env: NodeJS.ProcessEnv, setting: string, isRequired: boolean): string | null {
  const url = env[setting];
  if (!url && isRequired) throw new Error(`${setting} is required here (TIELINE_REQUIRE_SERVICES=1) and not set.`);
  return url || null;
}

async function postgresVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    const { rows } = await client.query("show server_version");
    return String(rows[0]?.server_version);
  } catch (cause) {
    throw new Error("TIELINE_TEST_DATABASE_URL is set and no PostgreSQL answers there.", { cause });
  } finally {
    await client.end().catch(() => {});
  }
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5000, retryStrategy: () => null });
  // A refused connection also arrives as an event, which would end the process unheard.
  redis.on("error", () => {});
  try {
    await redis.connect();
    return /redis_version:(\S+)/.exec(await redis.info("server"))?.[1] ?? "unknown";
  } catch (cause) {
    throw new Error("TIELINE_TEST_REDIS_URL is set and no Redis answers there.", { cause });
  } finally {
    redis.disconnect();
  }
}

/** The path of a Chromium on this machine, or null. */
export function findBrowser(env: NodeJS.ProcessEnv): string | null {
  if (env.TIELINE_TEST_CHROMIUM) return env.TIELINE_TEST_CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
      // Not installed under this name; the next one may be.
    }
  }
  return null;
}
