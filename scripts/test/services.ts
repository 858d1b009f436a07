import { execFileSync } from "node:child_process";
import net from "node:net";
import pg from "pg";

/** What the tests of this run can reach, in words for the closing summary. */
export interface Services {
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
      "embedded database: covered",
      `PostgreSQL: ${databaseUrl ? `covered, version ${await postgresVersion(databaseUrl)}` : absent("TIELINE_TEST_DATABASE_URL")}`,
      `Redis: ${redisUrl ? `covered, version ${await redisVersion(redisUrl)}` : absent("TIELINE_TEST_REDIS_URL")}`,
      `browser: ${browser ? `covered, ${browser}` : "not covered, no Chromium on this machine"}`,
    ],
    hasBrowser: browser !== null,
  };
}

const absent = (setting: string) => `not covered, ${setting} is not set`;

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
  const { hostname, port } = new URL(url);
  try {
    const text = await ask(hostname, Number(port || 6379), "INFO server\r\n");
    const version = /redis_version:(\S+)/.exec(text)?.[1];
    if (!version) throw new Error(`The answer was: ${text.slice(0, 80)}`);
    return version;
  } catch (cause) {
    throw new Error("TIELINE_TEST_REDIS_URL is set and no Redis answers there.", { cause });
  }
}

function ask(host: string, port: number, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = net.connect({ host, port, timeout: 5000 }, () => socket.write(question));
    socket.setEncoding("utf8");
    socket.on("data", (part) => {
      text += part;
      if (/\r\n\r\n|^-/.test(text) || text.includes("redis_version")) socket.end(() => resolve(text));
    });
    socket.on("timeout", () => socket.destroy(new Error("no answer within 5 s")));
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
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
