import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type KeysetWindow, keysetPaging } from "./keyset-paging.ts";
import { walk } from "./paging.testing.ts";

interface Row {
  id: string;
  at: string;
}

/** A search that sorts by date or id, and in which an offset would end at a cap: it takes none. */
function search(rows: readonly Row[], { kind, ...window }: KeysetWindow, limit: number) {
  const found = rows.filter(({ id, at }) => {
    if (kind === "from" && "from" in window) return window.inclusive ? +at >= +window.from : +at > +window.from;
    return "value" in window && at === window.value && Number(id) > Number(window.afterId ?? 0);
  });
  const byId = (a: Row, b: Row) => Number(a.id) - Number(b.id);
  // Rows of the same date come in an order that nobody promises; here the reverse of their ids.
  found.sort(kind === "ties" ? byId : (a, b) => +a.at - +b.at || byId(b, a));
  const items = found.slice(0, limit);
  return { items, body: found.length > items.length ? { more: "yes" } : {} };
}

function aKeyset(pageSize: number, moreAt?: string) {
  return keysetPaging({
    pageSize,
    from: "0",
    valueAt: "at",
    ...(moreAt !== undefined && { moreAt }),
    request: (window, size) => ({ json: { window, size } }),
  });
}

type Asked = { window: KeysetWindow; size: number };

// Few dates and many rows, so that rows share a date where pages end, and more of them than a page holds.
const worlds = fc.record({
  dates: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 60 }),
  pageSize: fc.integer({ min: 1, max: 9 }),
  most: fc.integer({ min: 1, max: 9 }),
});
const toRows = (dates: number[]): Row[] => dates.map((at, index) => ({ id: String(index + 1), at: String(at) }));
const idsOf = (items: readonly unknown[]) => items.map((item) => Number((item as Row).id)).sort((a, b) => a - b);

test("every row once, however many share a date", () => {
  fc.assert(
    fc.property(worlds, ({ dates, pageSize }) => {
      const rows = toRows(dates);
      const { items } = walk(aKeyset(pageSize), ({ json }) =>
        search(rows, (json as unknown as Asked).window, pageSize),
      );
      assert.deepEqual(idsOf(items), idsOf(rows));
    }),
    { numRuns: 500 },
  );
});

test("every row once from a provider that gives fewer than it is asked for, when it says that there is more", () => {
  fc.assert(
    fc.property(worlds, ({ dates, pageSize, most }) => {
      const rows = toRows(dates);
      const limit = Math.min(pageSize, most);
      const { items } = walk(aKeyset(pageSize, "more"), ({ json }) =>
        search(rows, (json as unknown as Asked).window, limit),
      );
      assert.deepEqual(idsOf(items), idsOf(rows));
    }),
    { numRuns: 500 },
  );
});

test("rows that change while we read take no other's place: each is there, the changed ones as they are now", () => {
  const touches = fc.array(fc.nat(59), { maxLength: 30 });
  fc.assert(
    fc.property(worlds, touches, ({ dates, pageSize }, touched) => {
      const rows = toRows(dates);
      const waiting = [...touched];
      let now = 10;
      const { items } = walk(aKeyset(pageSize), ({ json }) => {
        const at = waiting.shift() ?? -1;
        const row = rows[at];
        if (row) rows[at] = { ...row, at: String(now++) };
        return search(rows, (json as unknown as Asked).window, pageSize);
      });
      const latest = new Map(items.map((item) => [(item as Row).id, item]));
      assert.deepEqual(latest, new Map(rows.map((row) => [row.id, row])));
    }),
    { numRuns: 500 },
  );
});

test("a search that ignores what it is asked for is a fault, and not read for ever", () => {
  const rows = toRows([3, 2, 1]);
  for (const items of [rows, toRows([1, 1, 1]), [{ id: "1" }, { id: "2" }, { id: "3" }]]) {
    assert.throws(() => walk(aKeyset(3), () => ({ items, body: {} })), { code: "provider.malformed_answer" });
  }
});
