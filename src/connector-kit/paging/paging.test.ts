import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cursorPaging } from "./cursor-paging.ts";
import { linkPaging, nextLink } from "./link-paging.ts";
import { offsetPaging } from "./offset-paging.ts";
import { onePage } from "./one-page.ts";
import { pageNumberPaging } from "./page-number-paging.ts";
import { aFailure, toPage, walk } from "./paging.testing.ts";
import { relayPaging } from "./relay-paging.ts";
import { tokenPaging } from "./token-paging.ts";

// A list of `total` rows, in pages of `size`; `most` is what the provider gives at once however much is asked for.
const lists = fc.record({
  total: fc.nat(60),
  size: fc.integer({ min: 1, max: 12 }),
  most: fc.integer({ min: 1, max: 12 }),
});
const rows = (total: number) => Array.from({ length: total }, (_, index) => ({ id: index + 1 }));

test("cursor: every row once, whether the place of the next is in the query or in the body", () => {
  for (const place of ["query", "json"] as const) {
    const paging = cursorPaging({
      param: "after",
      at: "paging.next.after",
      in: place,
      size: { param: "limit", value: 5 },
    });
    fc.assert(
      fc.property(lists, ({ total, most }) => {
        const { items } = walk(paging, (request) => {
          const { after = 0, limit } = request[place] as { after?: string; limit: number };
          const end = Number(after) + Math.min(limit, most);
          const found = rows(total).slice(Number(after), end);
          return { items: found, body: end < total ? { paging: { next: { after: String(end) } } } : {} };
        });
        assert.deepEqual(items, rows(total));
      }),
    );
  }
});

test("cursor: a page that names itself as the next one is a fault, and not read for ever", () => {
  const paging = cursorPaging({ param: "after", at: "next" });
  assert.throws(() => walk(paging, () => ({ items: rows(1), body: { next: "a" } })), {
    code: "provider.malformed_answer",
  });
});

test("offset: every row once, also from a provider that gives fewer than it is asked for", () => {
  fc.assert(
    fc.property(lists, fc.boolean(), ({ total, size, most }, tellsTotal) => {
      const paging = offsetPaging({
        param: "offset",
        size: { param: "limit", value: size },
        ...(tellsTotal && { totalAt: "total" }),
      });
      const { items } = walk(paging, ({ query }) => {
        const offset = Number(query?.offset);
        return { items: rows(total).slice(offset, offset + Math.min(Number(query?.limit), most)), body: { total } };
      });
      assert.deepEqual(items, rows(total));
    }),
  );
});

test("page number: every row once, however the provider tells its last page", () => {
  const tells = fc.constantFrom({}, { lastAt: "pages" }, { moreAt: "more" });
  fc.assert(
    fc.property(lists, tells, fc.constantFrom(0, 1), ({ total, size }, tell, first) => {
      const paging = pageNumberPaging({ param: "page", first, size: { param: "per", value: size }, ...tell });
      const { items, requests } = walk(paging, ({ query }) => {
        const at = Number(query?.page) - first;
        const pages = Math.ceil(total / size);
        return { items: rows(total).slice(at * size, (at + 1) * size), body: { pages, more: at + 1 < pages } };
      });
      assert.deepEqual(items, rows(total));
      assert.equal(
        requests,
        Math.max(1, Math.ceil(total / size)) + (Object.keys(tell).length === 0 && total > 0 ? 1 : 0),
      );
    }),
  );
});

test("link: every row once, by the header and by a URL in the body", () => {
  const host = fc.constantFrom("https://api.acme.test", "https://elsewhere.test", "//elsewhere.test", "");
  fc.assert(
    fc.property(lists, fc.boolean(), host, ({ total, size }, inHeader, origin) => {
      const paging = linkPaging({
        path: "/v1/people",
        size: { param: "limit", value: size },
        ...(!inHeader && { at: "next" }),
      });
      const { items } = walk(paging, ({ path, query }) => {
        const url = new URL(path ?? `/v1/people?limit=${query?.limit}`, "https://x.test");
        assert.equal(path?.startsWith("/v1/people") ?? true, true, "on our own host, whatever the link says");
        const [at, limit] = [Number(url.searchParams.get("at") ?? 0), Number(url.searchParams.get("limit"))];
        const next = at + limit < total ? `${origin}/v1/people?limit=${limit}&at=${at + limit}` : undefined;
        const header = next ? { link: `<${origin}/v1/people?first>; rel="first", <${next}>; rel="next"` } : {};
        return {
          items: rows(total).slice(at, at + limit),
          body: inHeader ? {} : { next },
          headers: inHeader ? header : {},
        };
      });
      assert.deepEqual(items, rows(total));
    }),
  );
});

test("link: one that leaves its list, is no web address or leads to itself is refused", () => {
  const paging = linkPaging({ path: "/v1/people", at: "next" });
  const follow = (next: string, from: string | null = null) =>
    paging.next(from, toPage({ items: [], body: { next } })).state;
  assert.equal(follow("https://evil.test/v1/people?after=2"), "/v1/people?after=2");
  assert.equal(follow("?after=3", "/v1/people?after=2"), "/v1/people?after=3");
  for (const link of [
    "https://evil.test/oauth/token",
    "/v1/people/../keys",
    "/v1/peopleless",
    "//evil.test//v1/people",
    "file:///v1/people",
    "https://",
  ]) {
    assert.throws(() => follow(link), { code: "provider.malformed_answer" }, link);
  }
  assert.throws(() => follow("/v1/people?after=2", "/v1/people?after=2"), { code: "provider.malformed_answer" });
});

test("link: the header is read by its grammar", () => {
  assert.equal(nextLink('<https://a.test/?q=a,b;c>; title="x, rel=next"; rel="prev", </b>; rel=next'), "/b");
  assert.equal(nextLink('</a>; rel="last next"'), "/a");
  assert.equal(nextLink('</a>; rel="nextish"'), null);
  assert.equal(nextLink(""), null);
});

test("Relay: every node once, from nodes and from edges; an answer without pageInfo is no end", () => {
  const paging = relayPaging({ at: "data.clients", first: 7, variables: { status: "ACTIVE" } });
  fc.assert(
    fc.property(lists, fc.boolean(), ({ total, most }, asEdges) => {
      const { items } = walk(paging, ({ json }) => {
        const variables = json?.variables as { after: string | null; first: number; status: string };
        const { after, first, status } = variables;
        assert.equal(status, "ACTIVE");
        const [at, end] = [Number(after ?? 0), Number(after ?? 0) + Math.min(first, most)];
        const found = rows(total).slice(at, end);
        const pageInfo = { hasNextPage: end < total, endCursor: found.length > 0 ? String(end) : null };
        return {
          items: asEdges ? found.map((node) => ({ node, cursor: "x" })) : found,
          body: { data: { clients: { pageInfo } } },
        };
      });
      assert.deepEqual(items, rows(total));
    }),
  );
  assert.throws(() => walk(paging, () => ({ items: [], body: { data: null, errors: [{}] } })), {
    code: "provider.malformed_answer",
  });
});

test("token: the first read has everything, the next only what changed, and a forgotten token says so", () => {
  const paging = tokenPaging({
    page: { param: "pageToken", at: "nextPageToken" },
    sync: { param: "syncToken", at: "nextSyncToken" },
  });
  fc.assert(
    fc.property(lists, fc.nat(30), ({ total, size }, changes) => {
      const serve = (all: number, token: string) =>
        walk(
          paging,
          ({ query }) => {
            const at = Number(query?.pageToken ?? 0);
            const isEnd = at + size >= all;
            return {
              items: rows(all).slice(at, at + size),
              body: isEnd ? { nextSyncToken: token } : { nextPageToken: String(at + size) },
            };
          },
          token === "t1" ? paging.start : { sync: "t1", page: null },
        );
      const [first, second] = [serve(total, "t1"), serve(changes, "t2")];
      assert.deepEqual([first.items, first.state], [rows(total), { sync: "t1", page: null }]);
      assert.deepEqual([second.items, second.state], [rows(changes), { sync: "t2", page: null }]);
    }),
  );
  assert.deepEqual(paging.request({ sync: "t1", page: "2" }), { query: { syncToken: "t1", pageToken: "2" } });
  assert.equal(paging.isGone?.(aFailure(410)), true);
  assert.equal(paging.isGone?.(aFailure(404)), false);
  assert.throws(() => walk(paging, () => ({ items: [], body: {} })), { code: "provider.malformed_answer" });
});

test("one page is one page", () => {
  assert.deepEqual(
    walk(onePage, () => ({ items: rows(3), body: {} })),
    { items: rows(3), requests: 1, state: null },
  );
});
