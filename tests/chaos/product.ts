import { writeSync } from "node:fs";
import { createApp, readConfig } from "#app";
import type { ProviderApi } from "#connector-kit";
import type { Db } from "#db";
import type { KillPoint } from "./kill-points.ts";

// The product as it is, in a process that kills itself at the points where a crash hurts most:
// before a commit, after a commit and before its answer, after the provider's answer and before our record of it.
const point = process.env.CHAOS_KILL_AT;
let passes = Number(process.env.CHAOS_KILL_ON_PASS ?? 0);

function pass(at: KillPoint): void {
  if (at !== point || --passes > 0) return;
  writeSync(1, `killed at ${at}\n`);
  process.kill(process.pid, "SIGKILL");
}

function tapDb(db: Db): Db {
  const around =
    <Args extends unknown[], T>(run: (fn: (...args: Args) => Promise<T>) => Promise<T>) =>
    async (fn: (...args: Args) => Promise<T>): Promise<T> => {
      const answer = await run(async (...args) => {
        const built = await fn(...args);
        pass("before a commit");
        return built;
      });
      pass("after a commit, before its answer");
      return answer;
    };
  return {
    ...db,
    withTenant: (tenantId, fn) => around((run: typeof fn) => db.withTenant(tenantId, run))(fn),
    transaction: (fn) => around((run: typeof fn) => db.transaction(run))(fn),
  };
}

function tapApi(api: ProviderApi): ProviderApi {
  return {
    connection: api.connection,
    async send(request) {
      const answer = await api.send(request);
      if (request.effect === "write") pass("after the provider's answer, before our record");
      return answer as never;
    },
  };
}

const app = await createApp(readConfig(process.env), { tapDb, tapApi });
await app.start();
