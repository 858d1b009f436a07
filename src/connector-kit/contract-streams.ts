import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { ErrorCode } from "#core";
import type { ProviderApi } from "./api.ts";
import type { Connector } from "./connector.ts";
import { type ContractFault, failureOf, patienceFor } from "./contract-faults.ts";
import { readStream, type StreamPage } from "./read-stream.ts";
import type { Stream } from "./stream.ts";

/** One stream, tried out. */
export interface ContractStream {
  // biome-ignore lint/suspicious/noExplicitAny: each stream knows its own items
  stream: Stream<any>;
  /** The paths of its requests. */
  path: RegExp;
  /** Makes more rows than two pages hold, or finds them there; answers their ids. */
  fill(): string[];
  /** A person changes a row at the provider. */
  change?(id: string): void;
  /** A person deletes a row at the provider. */
  remove?(id: string): void;
}

/** A fresh provider with the stream, and us connected to it. */
export interface StreamSite extends ContractStream {
  api: ProviderApi;
  strangerApi: ProviderApi;
  fault(fault: ContractFault): void;
  clearFaults(): void;
}

/** What every stream must show, against its provider's simulator. */
export function streamContract(
  connector: Connector,
  { name, edits }: { name: string; edits: boolean },
  open: (t: TestContext) => Promise<StreamSite>,
): void {
  // Each test has a provider of its own and mostly waits for it.
  describe(`${connector.name}, stream ${name}`, { concurrency: true }, () => {
    test("every row comes once, in pages, and the last page says that it is", async (t) => {
      const { api, stream, fill } = await open(t);
      const ids = fill();

      const pages = await readAll(api, stream, null);

      assert.ok(pages.length >= 3, "the world's rows fit into two pages");
      assert.deepEqual(liveIds(pages).sort(), [...ids].sort());
      assert.deepEqual(
        pages.flatMap(({ failed }) => failed),
        [],
      );
      assert.deepEqual(
        pages.flatMap(({ done }, at) => (done ? [at] : [])),
        [pages.length - 1],
      );
    });

    test("from every stored cursor a read brings exactly the rest", async (t) => {
      const { api, stream, fill } = await open(t);
      fill();
      const pages = await readAll(api, stream, null);
      for (const [at, { cursor, done }] of pages.entries()) {
        if (done) continue;
        const rest = await readAll(api, stream, cursor);
        assert.deepEqual(allIds(rest), allIds(pages.slice(at + 1)));
      }
    });

    const troubles: [ContractFault, ErrorCode][] = [
      [{ kind: "status", status: 503 }, "provider.outage"],
      [{ kind: "malformed" }, "provider.malformed_answer"],
      [{ kind: "commit-then-drop" }, "provider.network"],
      [{ kind: "slow", ms: 2_000 }, "provider.network"],
    ];
    for (const [trouble, code] of troubles) {
      test(`a page with a ${trouble.kind} fails as a retry, and the next read brings exactly the rest`, async (t) => {
        const { api, stream, path, fill, fault, clearFaults } = await open(t);
        const ids = fill();
        const read = readStream(patienceFor(trouble, api), stream, { since: null });
        const { value: first } = await read.next();
        assert.ok(first);

        fault({ ...trouble, path });
        const error = await failureOf(read.next());
        clearFaults();

        assert.equal(error.code, code);
        assert.equal(error.disposition, "retry");
        const rest = await readAll(api, stream, first.cursor);
        assert.deepEqual(liveIds([first, ...rest]).sort(), [...ids].sort());
      });
    }

    test("trouble that passes costs no row and no second read", async (t) => {
      const { api, stream, path, fill, fault } = await open(t);
      const ids = fill();
      const passing: ContractFault[] = [
        { kind: "status", status: 500 },
        { kind: "commit-then-drop" },
        { kind: "status", status: 429, headers: { "retry-after": "0" } },
      ];
      const pages: StreamPage[] = [];
      fault({ kind: "status", status: 503, path, count: 1 });
      for await (const page of readStream(api, stream, { since: null })) {
        pages.push(page);
        const next = passing.shift();
        if (next) fault({ ...next, path, count: 1 });
      }
      assert.deepEqual(liveIds(pages).sort(), [...ids].sort());
    });

    test("a 429 waits for as long as the provider says", async (t) => {
      const { api, stream, path, fill, fault } = await open(t);
      fill();
      fault({ kind: "status", status: 429, headers: { "retry-after": "7" }, path, count: 1 });
      const error = await failureOf(readStream(api, stream, { since: null }).next());
      assert.equal(error.code, "provider.rate_limited");
      assert.equal(error.retryAfterMs, 7_000);
    });

    test("a wrong key is a matter of credentials", async (t) => {
      const { strangerApi, stream } = await open(t);
      const error = await failureOf(readStream(strangerApi, stream, { since: null }).next());
      assert.equal(error.causeClass, "credentials");
    });

    if (!edits) return;
    test("what a person changes or deletes comes with the next read", async (t) => {
      const { api, stream, fill, change, remove } = await open(t);
      assert.ok(change && remove, "the world cannot edit");
      const [changed = "", removed = ""] = fill();
      const last = (await readAll(api, stream, null)).at(-1);
      assert.ok(last);

      change(changed);
      remove(removed);

      const next = await readAll(api, stream, last.cursor);
      const records = new Map(next.flatMap((page) => page.records).map((record) => [record.externalId, record]));
      assert.equal(records.get(changed)?.deletedAt, null);
      assert.ok(records.get(removed)?.deletedAt, "no tombstone came");
    });
  });
}

/** A read to its end; one that has none fails instead of hanging. */
async function readAll(
  api: ProviderApi,
  stream: ContractStream["stream"],
  since: string | null,
): Promise<StreamPage[]> {
  const pages: StreamPage[] = [];
  for await (const page of readStream(api, stream, { since })) {
    pages.push(page);
    assert.ok(pages.length < 100, "the read does not end");
  }
  return pages;
}

function allIds(pages: readonly StreamPage[]): string[] {
  return pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));
}

function liveIds(pages: readonly StreamPage[]): string[] {
  return pages.flatMap(({ records }) =>
    records.filter(({ deletedAt }) => deletedAt === null).map(({ externalId }) => externalId),
  );
}
