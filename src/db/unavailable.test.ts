import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { after, test } from "node:test";
import { isUnavailable, toDbError } from "./errors.ts";
import { migrate } from "./migrate.ts";
import { openDb } from "./open.ts";
import { forEachEngine } from "./test-db.ts";

const unavailable = { code: "db.unavailable" };

async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("a server that is not there makes every kind of use unavailable", async (t) => {
  const db = await openDb({ url: `postgres://nobody@127.0.0.1:${await closedPort()}/nothing` });
  t.after(() => db.close());

  await assert.rejects(
    db.transaction((tx) => tx.query("select 1")),
    unavailable,
  );
  await assert.rejects(
    db.asOwner((tx) => tx.query("select 1")),
    unavailable,
  );
  await assert.rejects(
    db.listen("news", () => {}),
    unavailable,
  );
  await assert.rejects(migrate(db), unavailable);
});

test("a server that takes the connection and says nothing is given up after the time for it", async (t) => {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => sockets.add(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as net.AddressInfo;
  const db = await openDb({ url: `postgres://nobody@127.0.0.1:${port}/nothing`, connectTimeoutMs: 50 });
  t.after(() => db.close());

  await assert.rejects(
    db.transaction((tx) => tx.query("select 1")),
    unavailable,
  );
});

test("what the driver and the network report without an SQLSTATE is known as well", () => {
  for (const error of [
    new Error("Connection terminated unexpectedly"),
    Object.assign(new Error("getaddrinfo ENOTFOUND db.invalid"), { code: "ENOTFOUND" }),
    new AggregateError([Object.assign(new Error("connect ECONNREFUSED ::1:5432"), { code: "ECONNREFUSED" })]),
  ]) {
    assert.ok(isUnavailable(error));
  }
  const wrong = new Error("syntax error");
  assert.equal(toDbError(wrong), wrong);
});

forEachEngine((engine, open) => {
  const opening = open({ after });

  test(`${engine}: a full disk, a read-only server and a shutdown are "unavailable"; a wrong statement is itself`, async () => {
    const db = await opening;
    const raising = (state: string) =>
      db.transaction((tx) =>
        tx.query(`do $$ begin raise exception using errcode = '${state}', message = 'raised'; end $$`),
      );

    for (const state of ["53100", "53200", "53300", "25006", "57P01", "57P03", "58030", "08006"]) {
      await assert.rejects(raising(state), { ...unavailable, message: /raised/ }, state);
    }
    for (const state of ["23505", "42501", "22P02", "P0001"])
      await assert.rejects(raising(state), { code: state }, state);
  });
});
