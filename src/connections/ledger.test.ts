import assert from "node:assert/strict";
import { test } from "node:test";
import type { Action, Outcome, ProviderApi, Unit } from "#connector-kit";
import { type ConnectionId, PlatformError, sleep } from "#core";
import { type Db, forEachEngine } from "#db";
import { claim, readClaims, releaseClaims } from "./claims.ts";
import { createWriteLedger } from "./ledger.ts";
import { aConnection } from "./testing.ts";

const ledger = createWriteLedger();
const api = {} as ProviderApi; // the actions below talk to an array and not to a provider

interface Book {
  written: string[];
  requests: string[][];
  action: Action<string>;
}

/** A provider that keeps what it is given, and refuses what says "bad". */
function aBook(values: Partial<Action<string>> = {}, settleMs = 0): Book {
  const book: Book = { written: [], requests: [], action: undefined as never };
  book.action = {
    batchSize: 4,
    identity: {
      kind: "marker",
      find: async (_api, units) =>
        new Map(units.filter(({ key }) => book.written.includes(key)).map(({ key }) => [key, `id-${key}`])),
      settleMs: () => settleMs,
    },
    async perform(_api, units) {
      book.requests.push(units.map(({ key }) => key));
      if (units.some(({ input }) => input === "bad"))
        throw new PlatformError("provider.validation", "One of them is bad.");
      book.written.push(...units.map(({ key }) => key));
      return units.map(({ key }): Outcome => ({ outcome: "created", externalId: `id-${key}` }));
    },
    ...values,
  };
  return book;
}

const unitsOf = (keys: string, input = "good"): Unit<string>[] => [...keys].map((key) => ({ key, input }));

forEachEngine((engine, open) => {
  test(`${engine}: the write ledger`, async (t) => {
    const db = await open(t);

    await t.test("what was confirmed is answered from the ledger and not sent again", async () => {
      const { connectionId, run } = await aLane(db);
      const book = aBook();
      await run(book, unitsOf("ab"));
      const again = await run(book, unitsOf("abc"));

      assert.deepEqual(again.get("a"), { outcome: "unchanged", externalId: "id-a" });
      assert.deepEqual(book.written, ["a", "b", "c"]);
      assert.ok(connectionId);
    });

    await t.test("after a crash between the write and its note, the write is found and not repeated", async () => {
      const { run, intend } = await aLane(db);
      const book = aBook();
      await intend(["a", "b"]);
      book.written.push("a"); // it arrived, and the process died

      const outcomes = await run(book, unitsOf("ab"));

      assert.equal(outcomes.get("a")?.outcome, "created");
      assert.deepEqual(book.written, ["a", "b"]);
    });

    await t.test("while the provider may not show the write yet, nothing is sent and the time is told", async () => {
      const { run, intend } = await aLane(db);
      const book = aBook({}, 60_000);
      await intend(["a"]);

      const sentAt = [];
      for (let round = 0; round < 3; round++) {
        const outcome = (await run(book, unitsOf("a"))).get("a");
        assert.ok(outcome?.outcome === "failed" && outcome.error.code === "provider.ambiguous");
        assert.ok((outcome.error.retryAfterMs ?? 0) > 50_000);
        sentAt.push((await intend(["a"], 60_000)).get("a"));
      }

      assert.equal(sentAt[0]?.state, "unsettled");
      assert.deepEqual(sentAt[2], sentAt[0], "looking too early does not start the time anew");
      assert.deepEqual(book.requests, []);
    });

    await t.test("a write without an answer stays unsettled, a refused one may be intended anew", async () => {
      const { run, intend } = await aLane(db);
      const codes = { a: "provider.ambiguous", b: "provider.validation", c: "provider.rate_limited" } as const;
      const book = aBook({
        perform: async (_api, units) =>
          units.map(({ key }) => ({ outcome: "failed", error: new PlatformError(codes[key as "a"], "no") })),
      });
      await run(book, unitsOf("abc"));

      const intents = await intend(["a", "b", "c"]);
      assert.deepEqual([...intents].map(([key, { state }]) => [key, state]).sort(), [
        ["a", "unsettled"],
        ["b", "new"],
        ["c", "new"],
      ]);
    });

    await t.test("racing claims of one person adopt one result", async () => {
      const { tenantId, connectionId } = await aConnection(db);
      const race = Array.from({ length: 20 }, (_, at) =>
        db.withTenant(tenantId, (tx) =>
          claim(tx, connectionId, [
            { key: "phone:+14079780655", externalId: `id-${at}` },
            { key: "email:jane@example.com", externalId: `id-${at}` },
          ]),
        ),
      );
      const answers = await Promise.all(race);

      assert.equal(new Set(answers.flatMap((answer) => [...answer.values()])).size, 1);
      const read = () =>
        db.withTenant(tenantId, (tx) => readClaims(tx, connectionId, ["phone:+14079780655", "phone:+1"]));
      assert.deepEqual([...(await read()).keys()], ["phone:+14079780655"]);
      await db.withTenant(tenantId, (tx) =>
        releaseClaims(tx, connectionId, [answers[0]?.values().next().value as string]),
      );
      assert.equal((await read()).size, 0);
    });

    await t.test("two transactions that intend the same write do not both believe to be the first", async () => {
      const { tenantId, connectionId, intend } = await aLane(db);
      const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>();
      const second = hasBegun.then(() => intend(["a"]));
      const first = await db.withTenant(tenantId, async (tx) => {
        const intents = await ledger.intend(tx, connectionId, "note", ["a"]);
        begin();
        await sleep(100); // it sees nothing of ours, and waits for our commit
        return intents;
      });
      assert.equal(first.get("a")?.state, "new");
      assert.equal((await second).get("a")?.state, "unsettled");
    });
  });
});

test("units go out in the provider's batch size, equal keys once", async () => {
  const book = aBook();
  await ledger.execute(api, book.action, unitsOf("abcdeab"), allNew("abcde"));
  assert.deepEqual(book.requests, [["a", "b", "c", "d"], ["e"]]);
});

test("a batch with one bad unit is taken apart until only that one fails", async () => {
  const book = aBook();
  const units = [...unitsOf("abc"), { key: "d", input: "bad" }];
  const outcomes = await ledger.execute(api, book.action, units, allNew("abcd"));

  assert.deepEqual(book.written, ["a", "b", "c"]);
  assert.equal(outcomes.get("d")?.outcome, "failed");
  assert.equal(outcomes.size, 4);
});

test("told to slow down, the batches behind are not sent and wait with the same time", async () => {
  let requests = 0;
  const book = aBook({
    perform: async () => {
      requests++;
      throw new PlatformError("provider.rate_limited", "Slow down.", { retryAfterMs: 700 });
    },
  });
  const outcomes = await ledger.execute(api, book.action, unitsOf("abcdefgh"), allNew("abcdefgh"));

  assert.equal(requests, 1);
  assert.ok(
    [...outcomes.values()].every((outcome) => outcome.outcome === "failed" && outcome.error.retryAfterMs === 700),
  );
});

test("when looking for an unsettled write fails, nothing is sent and it stays unsettled", async () => {
  const book = aBook();
  const { identity } = book.action;
  if (identity.kind !== "marker") throw new TypeError();
  identity.find = async () => {
    throw new PlatformError("provider.rate_limited", "Slow down.", { retryAfterMs: 700 });
  };
  const outcomes = await ledger.execute(
    api,
    book.action,
    unitsOf("a"),
    new Map([["a", { state: "unsettled", since: 0 }]]),
  );

  const outcome = outcomes.get("a");
  assert.ok(
    outcome?.outcome === "failed" && outcome.error.code === "provider.ambiguous" && outcome.error.retryAfterMs === 700,
  );
  assert.deepEqual(book.requests, []);
});

test("an action that answers too few outcomes leaves its units unsettled", async () => {
  const book = aBook({ perform: async () => [] });
  const outcome = (await ledger.execute(api, book.action, unitsOf("a"), allNew("a"))).get("a");
  assert.ok(outcome?.outcome === "failed" && outcome.error.code === "internal.assumption");
});

function allNew(keys: string) {
  return new Map([...keys].map((key) => [key, { state: "new" as const }]));
}

async function aLane(db: Db) {
  const { tenantId, connectionId } = await aConnection(db);
  const intend = (keys: string[], settleMs = 0) =>
    db.withTenant(tenantId, (tx) => ledger.intend(tx, connectionId as ConnectionId, "note", keys, { settleMs }));
  const run = async (book: Book, units: Unit<string>[]) => {
    const { identity } = book.action;
    const settleMs = identity.kind === "marker" ? identity.settleMs(api) : 0;
    const intents = await intend(
      units.map(({ key }) => key),
      settleMs,
    );
    const outcomes = await ledger.execute(api, book.action, units, intents);
    await db.withTenant(tenantId, (tx) => ledger.settle(tx, connectionId, "note", outcomes));
    return outcomes;
  };
  return { tenantId, connectionId, intend, run };
}
