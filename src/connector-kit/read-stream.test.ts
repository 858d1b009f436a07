import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { type Clock, createTestClock, newId, PlatformError } from "#core";
import type { ProviderApi, ProviderRequest } from "./api.ts";
import { cursorPaging } from "./paging/cursor-paging.ts";
import { tokenPaging } from "./paging/token-paging.ts";
import { readStream, type StreamPage } from "./read-stream.ts";
import { defineStream, type Stream } from "./stream.ts";
import { cursorSince } from "./stream-position.ts";

const Person = z.looseObject({ id: z.string(), name: z.string(), changed: z.string(), gone: z.string().optional() });
const list = { path: "/people", itemsAt: "data", paging: cursorPaging({ param: "after", at: "next" }) };
const people = defineStream({
  name: "people",
  record: "team_member",
  item: Person,
  list,
  cursor: { field: "changed", query: "changed_after", lookBackSeconds: 60 },
  deletions: "feed",
  deleted: { ...list, path: "/gone", at: "gone" },
  toRecord: ({ id, name, changed, gone }) => ({
    externalId: id,
    formerIds: [],
    createdAt: null,
    updatedAt: changed,
    deletedAt: gone ?? null,
    fullName: name,
    email: null,
  }),
});

const aPerson = (id: number, changes: object = {}) => ({
  id: String(id),
  name: `Ann ${id}`,
  changed: "2026-03-02T14:00:00Z",
  ...changes,
});

/** Pages of two, as often as asked; `later` are what changed and what is gone. */
function anApi(lists: Record<string, unknown[]>, clock: Clock = createTestClock()) {
  const sent: ProviderRequest[] = [];
  const api: ProviderApi = {
    connection: {
      id: newId("connection"),
      provider: "acme",
      environment: "production",
      externalAccountId: null,
      settings: {},
      state: {},
    },
    async send<Body>(request: ProviderRequest) {
      sent.push(request);
      const rows = lists[request.path] ?? [];
      const at = Number(request.query?.after ?? 0);
      const body = { data: rows.slice(at, at + 2), ...(at + 2 < rows.length && { next: String(at + 2) }) };
      return { status: 200, headers: new Headers(), body: body as Body };
    },
  };
  return { api, sent, clock };
}

const idsOf = (pages: StreamPage[]) =>
  pages.map(({ part, records }) => [part, ...records.map(({ externalId }) => externalId)]);

test("a first read brings everything, then the deleted; a later one what has changed since the first began", async () => {
  const clock = createTestClock("2026-03-02T15:00:00Z");
  const lists = {
    "/people": [1, 2, 3].map((id) => aPerson(id)),
    "/gone": [aPerson(9, { gone: "2026-01-01T00:00:00Z" })],
  };
  const { api, sent } = anApi(lists, clock);

  const first: StreamPage[] = [];
  for await (const page of readStream(api, people, { since: null, clock })) {
    first.push(page);
    clock.advance(600_000);
  }
  assert.deepEqual(idsOf(first), [
    ["full", "1", "2"],
    ["full", "3"],
    ["deletions", "9"],
  ]);
  assert.deepEqual(
    first.map(({ done }) => done),
    [false, false, true],
  );
  assert.equal("changed_after" in (sent[0]?.query ?? {}), false);

  lists["/gone"].push(aPerson(8, { gone: "2026-03-02T14:59:30Z" }));
  const second = await Array.fromAsync(readStream(api, people, { since: first.at(-1)?.cursor ?? null, clock }));
  assert.equal(sent[3]?.query?.changed_after, "2026-03-02T14:59:00.000Z", "a minute before the first read began");
  assert.deepEqual(idsOf(second).at(-1), ["deletions", "8"], "9 was told before");
  assert.equal(second[0]?.part, "changes");
});

test("a provider whose clock is behind ours decides when a read began", async () => {
  const { api, sent, clock } = anApi({ "/people": [aPerson(1)] });
  const late: ProviderApi = {
    connection: api.connection,
    async send<Body>(request: ProviderRequest) {
      const answer = await api.send<Body>(request);
      return { ...answer, headers: new Headers({ date: "Mon, 02 Mar 2026 14:50:00 GMT" }) };
    },
  };
  const options = { clock, deletions: false };
  const [page] = await Array.fromAsync(readStream(late, people, { since: null, ...options }));
  await Array.fromAsync(readStream(late, people, { since: page?.cursor ?? null, ...options }));
  assert.equal(sent[1]?.query?.changed_after, "2026-03-02T14:49:00.000Z");
});

test("from any stored cursor a read brings exactly what comes after it", async () => {
  const { api, clock } = anApi({
    "/people": [1, 2, 3, 4, 5].map((id) => aPerson(id)),
    "/gone": [6, 7, 8].map((id) => aPerson(id, { gone: "2026-01-01T00:00:00Z" })),
  });
  const whole = await Array.fromAsync(readStream(api, people, { since: null, clock }));
  assert.equal(whole.length, 5);
  for (const [at, { cursor, done }] of whole.entries()) {
    if (done) continue;
    const rest = await Array.fromAsync(readStream(api, people, { since: cursor, clock }));
    assert.deepEqual(idsOf(rest), idsOf(whole.slice(at + 1)));
    assert.equal(rest.at(-1)?.cursor, whole.at(-1)?.cursor);
  }
});

test("the feed of deletions may be left out, and is then read from where it was left", async () => {
  const { api, sent, clock } = anApi({
    "/people": [aPerson(1)],
    "/gone": [aPerson(9, { gone: "2026-01-01T00:00:00Z" })],
  });
  const [only] = await Array.fromAsync(readStream(api, people, { since: null, clock, deletions: false }));
  assert.equal(only?.done, true);
  assert.deepEqual(
    sent.map(({ path }) => path),
    ["/people"],
  );
  const next = await Array.fromAsync(readStream(api, people, { since: only?.cursor ?? null, clock }));
  assert.deepEqual(idsOf(next), [
    ["changes", "1"],
    ["deletions", "9"],
  ]);
});

test("an item that cannot be read is set aside with its id, and without its values", async () => {
  const secret = "jane@example.com";
  const { api, clock } = anApi({
    "/people": [
      aPerson(1, { name: { secret } }),
      aPerson(2),
      aPerson(3, { changed: secret }),
      aPerson(4),
      "rubbish",
      aPerson(5),
    ],
  });
  const pages = await Array.fromAsync(readStream(api, people, { since: null, clock, deletions: false }));
  assert.deepEqual(idsOf(pages), [
    ["full", "2"],
    ["full", "4"],
    ["full", "5"],
  ]);
  const failed = pages.flatMap((page) => page.failed);
  assert.deepEqual(
    failed.map(({ externalId }) => externalId),
    ["1", "3", null],
  );
  for (const { error } of failed) {
    assert.equal(error.code, "provider.unreadable_record");
    assert.equal(error.disposition, "dead_letter");
    assert.doesNotMatch(error.message, /jane/);
  }
  assert.match(failed[0]?.error.message ?? "", /name \(invalid_type\)/);
  assert.match(failed[1]?.error.message ?? "", /updatedAt/);
});

test("the next page is asked for when it is wanted, and not before", async () => {
  const { api, sent, clock } = anApi({ "/people": Array.from({ length: 1_000 }, (_, id) => aPerson(id)) });
  let pages = 0;
  for await (const page of readStream(api, people, { since: null, clock })) {
    assert.equal(sent.length, ++pages);
    assert.equal(page.records.length, 2);
    assert.ok(page.cursor.length < 300, "the cursor does not grow");
    if (pages === 20) break;
  }
  assert.equal(sent.length, 20);
});

test("a signal ends a read between two pages, and in the middle of one", async () => {
  const { api, sent, clock } = anApi({ "/people": [1, 2, 3].map((id) => aPerson(id)) });
  const between = new AbortController();
  const read = readStream(api, people, { since: null, clock, signal: between.signal });
  await read.next();
  between.abort(new Error("enough"));
  await assert.rejects(read.next(), /enough/);
  assert.equal(sent.length, 1);

  const during = new AbortController();
  const asked = Promise.withResolvers<void>();
  const silent: ProviderApi = {
    connection: api.connection,
    send: () => {
      asked.resolve();
      return new Promise(() => {});
    },
  };
  const page = readStream(silent, people, { since: null, clock, signal: during.signal }).next();
  await asked.promise;
  during.abort(new Error("now"));
  await assert.rejects(page, /now/);
});

test("an answer without a list is a fault of the provider, not an empty page", async () => {
  const { api, clock } = anApi({});
  for (const body of [undefined, null, "…", {}, { data: null }, { data: {} }]) {
    const odd: ProviderApi = {
      connection: api.connection,
      send: async <Body>() => ({ status: 200, headers: new Headers(), body: body as Body }),
    };
    await assert.rejects(readStream(odd, people, { since: null, clock }).next(), { code: "provider.malformed_answer" });
  }
});

test("a read may begin at a chosen instant, and a cursor of another stream is refused", async () => {
  const { api, sent, clock } = anApi({ "/people": [aPerson(1)] });
  const since = cursorSince(people, "2026-01-01T00:01:00Z");
  await Array.fromAsync(readStream(api, people, { since, clock, deletions: false }));
  assert.equal(sent[0]?.query?.changed_after, "2026-01-01T00:00:00.000Z");
  for (const wrong of ["", "{}", "[1]", cursorSince({ name: "jobs" }, "2026-01-01T00:00:00Z")]) {
    await assert.rejects(
      readStream(api, people, { since: wrong, clock }).next(),
      { code: "internal.assumption" },
      wrong,
    );
  }
});

test("a token the provider has forgotten leads to a full read that says so, once", async () => {
  const { cursor: _cursor, deleted: _deleted, ...rest } = people;
  const events: Stream = defineStream({
    ...rest,
    item: Person,
    name: "events",
    deletions: "tombstones",
    list: {
      path: "/events",
      itemsAt: "data",
      paging: tokenPaging({ page: { param: "page", at: "next" }, sync: { param: "token", at: "token" } }),
    },
  });
  const { api } = anApi({});
  let forgotten = false;
  const tokens: unknown[] = [];
  const google: ProviderApi = {
    connection: api.connection,
    async send<Body>({ query }: ProviderRequest) {
      tokens.push(query?.token);
      if (forgotten && query?.token !== undefined) throw gone();
      const body = {
        data: query?.token === undefined ? [aPerson(1), aPerson(2)] : [aPerson(2)],
        token: `t${tokens.length}`,
      };
      return { status: 200, headers: new Headers(), body: body as Body };
    },
  };
  const read = async (since: string | null) => {
    const [page, ...more] = await Array.fromAsync(readStream(google, events, { since }));
    assert.equal(more.length, 0);
    assert.ok(page);
    return page;
  };

  const first = await read(null);
  const second = await read(first.cursor);
  forgotten = true;
  const third = await read(second.cursor);

  assert.deepEqual(idsOf([first, second, third]), [
    ["full", "1", "2"],
    ["changes", "2"],
    ["full", "1", "2"],
  ]);
  assert.deepEqual(tokens, [undefined, "t1", "t2", undefined]);

  let refusals = 0;
  const stubborn: ProviderApi = {
    connection: api.connection,
    send: async () => Promise.reject(++refusals < 9 ? gone() : new Error("It goes on and on.")),
  };
  await assert.rejects(readStream(stubborn, events, { since: first.cursor }).next(), { code: "provider.validation" });
  assert.equal(refusals, 2);
});

function gone(): PlatformError {
  return new PlatformError("provider.validation", "Gone.", { provider: { id: "acme", status: 410 } });
}

test("a description that cannot work is refused when the process starts", () => {
  const { deleted: _deleted, ...without } = people;
  const define = (changes: object) => () => defineStream({ ...people, item: Person, ...changes });
  assert.throws(() => defineStream({ ...without, item: Person }), /need its list/);
  assert.throws(define({ deletions: "tombstones" }), /only these do/);
  assert.throws(define({ name: "My People" }), /not lower-case/);
  assert.throws(define({ cursor: { field: "changed", lookBackSeconds: 60 } }), /by a parameter or by another list/);
  assert.throws(define({ cursor: { field: "changed", query: "since", lookBackSeconds: -1 } }), /negative/);
});
