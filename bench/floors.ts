import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import pg from "pg";
import { load } from "./load.ts";

/** What the machine can do at best, in the same run: every figure of ours is read against these. */
export interface Floors {
  bare_http_per_second: number;
  /** One row, one commit, one connection; 0 without a server. */
  one_insert_per_second: number;
}

const bareServer = `
import { createServer } from "node:http";
const server = createServer((request, response) => {
  request.on("data", () => {});
  request.on("end", () => { response.statusCode = 204; response.end(); });
}).listen(0, "127.0.0.1", () => console.log(server.address().port));`;

export async function measureFloors(body: string, serverUrl: string): Promise<Floors> {
  return {
    bare_http_per_second: await bareHttp(body),
    one_insert_per_second: serverUrl ? await oneInsert(body, serverUrl) : 0,
  };
}

async function bareHttp(body: string): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ["--input-type=module", "-e", bareServer], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = await once(child.stdout as NodeJS.ReadableStream, "data");
    const report = await load(`http://127.0.0.1:${String(port).trim()}`, {
      total: 20_000,
      connections: 64,
      request: () => ({ path: "/", headers: {}, body }),
    });
    return report.per_second;
  } finally {
    child.kill();
  }
}

async function oneInsert(body: string, serverUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(
      "drop table if exists tieline_bench_floor; create table tieline_bench_floor (id bigint generated always as identity primary key, body text)",
    );
    const total = 2_000;
    const startedAt = performance.now();
    for (let index = 0; index < total; index++)
      await client.query("insert into tieline_bench_floor (body) values ($1)", [body]);
    return Math.round(total / ((performance.now() - startedAt) / 1_000));
  } finally {
    await client.query("drop table if exists tieline_bench_floor");
    await client.end();
  }
}
