import { createInterface } from "node:readline";
import { systemClock, toPlatformError } from "#core";
import { openDb } from "#db";
import { createHttp } from "./http.ts";
import type { KeeperConfig, KeeperOrder, KeeperReply } from "./keeper.ts";
import { carryOut, type RefreshNeeds } from "./refresh.ts";
import { createVault } from "./vault.ts";

// An entry point, started by keeper.ts: orders come in on stdin, one JSON a line, and its end says that nobody asks any more.

// What is under way is finished first, whoever asks us to stop.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.stdout.on("error", () => {}); // nobody hears us any more; the database does

let needs: RefreshNeeds | undefined;
const underWay = new Set<Promise<void>>();
for await (const line of createInterface({ input: process.stdin })) {
  if (!needs) {
    needs = await open(JSON.parse(line) as KeeperConfig);
    continue;
  }
  const order = readOrder(line);
  if (!order) continue;
  const work: Promise<void> = serve(order, needs).finally(() => underWay.delete(work));
  underWay.add(work);
}
await Promise.all(underWay);
await needs?.db.close();
await needs?.http.close();
process.exit(0);

// A kill in the middle of a line leaves half of it: that request never leaves, so its token stays as it is.
function readOrder(line: string): KeeperOrder | null {
  try {
    return JSON.parse(line) as KeeperOrder;
  } catch {
    return null;
  }
}

async function open(config: KeeperConfig): Promise<RefreshNeeds> {
  const keys = config.keys.map(({ id, key }) => ({ id, key: Buffer.from(key, "base64") }));
  return {
    db: await openDb({ url: config.databaseUrl, poolSize: 2 }),
    vault: createVault({ keys, activeKeyId: config.activeKeyId }),
    http: createHttp(),
    clock: systemClock,
  };
}

async function serve({ id, job }: KeeperOrder, held: RefreshNeeds): Promise<void> {
  const reply: KeeperReply = await carryOut(job, held).then(
    () => ({ id, done: true as const }),
    (thrown) => {
      const { code, message, provider, retryAfterMs } = toPlatformError(thrown);
      const details = { ...(provider && { provider }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
      return { id, done: false as const, code, detail: message, details };
    },
  );
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
