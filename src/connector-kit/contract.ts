import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ErrorCode, PlatformError } from "#core";
import type { Action, Outcome, Unit } from "./actions.ts";
import type { ProviderApi } from "./api.ts";
import type { Connector } from "./connector.ts";
import { type ContractFault, failureOf, patienceFor } from "./contract-faults.ts";
import { manifestContract } from "./contract-manifest.ts";
import { type ContractStream, type StreamSite, streamContract } from "./contract-streams.ts";

/** One kind of write, tried out. */
export interface ContractWrite<Input = unknown> {
  name: string;
  action: Action<Input>;
  /** The path of the request that writes. */
  path: RegExp;
  /** A unit of its own for each number; all that it refers to exists. */
  unit(number: number): Unit<Input>;
  /** One that the provider refuses for its content. */
  refused?: Unit<Input>;
  /** How many the provider has, seen from inside it. */
  count(): number;
}

/** A fresh provider and us connected to it. */
export interface ContractSite {
  /** Signed in and set up. */
  api: ProviderApi;
  /** With a key that the provider does not know. */
  strangerApi: ProviderApi;
  /** Signed in with as few scopes as possible, and what these do not permit. */
  narrow?: { api: ProviderApi; attempt(api: ProviderApi): Promise<unknown> };
  /** Any read. */
  read?(api: ProviderApi): Promise<unknown>;
  writes: ContractWrite[];
  streams?: ContractStream[];
  fault(fault: ContractFault): void;
  clearFaults(): void;
  /** How many requests have arrived at paths like this. */
  requests(path: RegExp): number;
}

/** What the contract needs besides the connector. */
export interface ContractWorld {
  open(t: TestContext): Promise<ContractSite>;
  /**
   * Performs units as the product does: cut into batches, taken apart when one is refused. After `unsettled` writes it
   * looks before it sends again.
   */
  execute<Input>(
    api: ProviderApi,
    action: Action<Input>,
    units: readonly Unit<Input>[],
    state: "new" | "unsettled",
  ): Promise<Map<string, Outcome>>;
  /** The writes of `open`; each gets its tests. `refuses`: the provider refuses some content of this kind. */
  writes: readonly { name: string; refuses: boolean }[];
  /** The streams of `open`; each gets its tests. `edits`: the world can change and delete its rows. */
  streams?: readonly { name: string; edits: boolean }[];
  /** Whether anything can be read there. */
  reads: boolean;
  /** Whether access is granted by scopes. */
  scopes: boolean;
}

/** What every connector must show, against its simulator over HTTP. Call it at the top of a test file. */
export function connectorContract(connector: Connector, world: ContractWorld): void {
  manifestContract(connector);
  signInContract(connector, world);
  for (const write of world.writes) writeContract(connector, world, write);
  for (const stream of world.streams ?? []) streamContract(connector, stream, (t) => openStream(t, world, stream.name));
}

async function openStream(t: TestContext, world: ContractWorld, name: string): Promise<StreamSite> {
  const site = await world.open(t);
  const found = site.streams?.find(({ stream }) => stream.name === name);
  assert.ok(found, `the world has no stream ${name}`);
  return { ...site, ...found };
}

function signInContract(connector: Connector, world: ContractWorld): void {
  const { name } = connector;
  const { account } = connector;

  if (account) {
    test(`${name}: the account is told, the same each time`, async (t) => {
      const { api } = await world.open(t);
      const first = await account(api);
      assert.ok(first.id && first.name);
      assert.deepEqual(await account(api), first);
    });
  }

  test(`${name}: every check passes on a good connection`, async (t) => {
    const { api } = await world.open(t);
    for (const check of connector.checks) assert.match(await check.run(api), /\.$/, check.id);
  });

  test(`${name}: a wrong key is a matter of credentials`, async (t) => {
    const { strangerApi, writes } = await world.open(t);
    const [write] = writes;
    const error = connector.account
      ? await failureOf(connector.account(strangerApi))
      : await failureOfOne(world, strangerApi, write);
    assert.equal(error.causeClass, "credentials");
    assert.equal(error.disposition, "reauthorize");
  });

  if (world.scopes) {
    test(`${name}: a missing scope is a matter of permission`, async (t) => {
      const { narrow } = await world.open(t);
      assert.ok(narrow, "the world has no narrow sign-in");
      const error = await failureOf(narrow.attempt(narrow.api));
      assert.equal(error.causeClass, "permission");
    });
  }

  if (world.reads) {
    test(`${name}: a read that is answered in pieces, too late or with a fault fails as a retry`, async (t) => {
      const { api, fault, clearFaults, read } = await world.open(t);
      assert.ok(read, "the world has no read");
      const faults: [ContractFault, ErrorCode][] = [
        [{ kind: "malformed" }, "provider.malformed_answer"],
        [{ kind: "slow", ms: 2_000 }, "provider.network"],
        [{ kind: "status", status: 503 }, "provider.outage"],
      ];
      for (const [trouble, code] of faults) {
        fault(trouble); // each time: a read may be tried again
        const error = await failureOf(read(patienceFor(trouble, api)));
        clearFaults();
        assert.equal(error.code, code, trouble.kind);
        assert.equal(error.disposition, "retry");
      }
      await read(api);
    });
  }

  test(`${name}: a 429 waits for as long as the provider says`, async (t) => {
    const { api, fault, read, writes } = await world.open(t);
    fault({ kind: "status", status: 429, headers: { "retry-after": "7" }, count: 1 });
    const [write] = writes;
    const error = read ? await failureOf(read(api)) : await failureOfOne(world, api, write);
    assert.equal(error.code, "provider.rate_limited");
    assert.equal(error.retryAfterMs, 7_000);
  });
}

function writeContract(
  connector: Connector,
  world: ContractWorld,
  { name: writeName, refuses }: ContractWorld["writes"][number],
): void {
  const title = `${connector.name}, ${writeName}`;

  test(`${title}: what was written is there, once per unit, in as few requests as batches`, async (t) => {
    const { api, write, requests } = await open(t);
    const size = Math.min(write.action.batchSize, 12);
    const units = Array.from({ length: size }, (_, index) => write.unit(index + 1));
    const before = write.count();

    const outcomes = await world.execute(api, write.action, units, "new");

    assert.deepEqual(new Set([...outcomes.values()].map(({ outcome }) => outcome)), new Set(["created"]));
    assert.equal(new Set([...outcomes.values()].map(idOf)).size, size);
    assert.equal(write.count() - before, size);
    assert.ok(requests(write.path) === 1 || requests(write.path) === size);
  });

  const troubles: [ContractFault, happened: boolean][] = [
    [{ kind: "status", status: 500 }, false],
    [{ kind: "commit-then-status", status: 502 }, true],
    [{ kind: "commit-then-drop" }, true],
    [{ kind: "malformed" }, true],
    [{ kind: "slow", ms: 2_000 }, true],
  ];
  for (const [trouble, happened] of troubles) {
    test(`${title}: after a ${trouble.kind} nobody knows, and the next try makes no second one`, async (t) => {
      const { api, write, fault } = await open(t);
      fault({ ...trouble, path: write.path, count: 1 });
      const before = write.count();
      const units = [write.unit(1), write.unit(2)];

      const first = await world.execute(patienceFor(trouble, api), write.action, units, "new");
      const isQueued = [...first.values()].every(({ outcome }) => outcome === "created");
      // A provider whose answer says nothing has nothing to be garbled.
      if (!(isQueued && trouble.kind === "malformed")) {
        for (const outcome of first.values())
          if (outcome.outcome !== "created") assert.equal(failed(outcome).code, "provider.ambiguous");
        const second = await world.execute(
          api,
          write.action,
          units.filter(({ key }) => first.get(key)?.outcome === "failed"),
          "unsettled",
        );
        for (const outcome of second.values()) assert.ok(idOf(outcome));
      }

      const doubled = write.action.identity.kind === "none" && happened && !isQueued;
      const made = write.count() - before;
      if (doubled) assert.ok(made >= units.length, "nothing is lost");
      else assert.equal(made, units.length);
    });
  }

  if (refuses) {
    test(`${title}: one refused unit does not spoil the others`, async (t) => {
      const { api, write } = await open(t);
      assert.ok(write.refused, "the world has no refused unit");
      const before = write.count();
      const units = [write.unit(1), write.unit(2), write.refused, write.unit(3)];

      const outcomes = await world.execute(api, write.action, units, "new");

      assert.deepEqual(
        [...units.map(({ key }) => outcomes.get(key)?.outcome)],
        ["created", "created", "failed", "created"],
      );
      assert.equal(failed(outcomes.get(write.refused.key)).disposition, "dead_letter");
      assert.equal(write.count() - before, 3);
    });
  }

  async function open(t: TestContext) {
    const site = await world.open(t);
    const write = site.writes.find(({ name }) => name === writeName);
    assert.ok(write, `the world has no write ${writeName}`);
    return { ...site, write };
  }
}

function failed(outcome: Outcome | undefined): PlatformError {
  assert.equal(outcome?.outcome, "failed");
  return outcome.error;
}

async function failureOfOne(world: ContractWorld, api: ProviderApi, write: ContractWrite | undefined) {
  assert.ok(write, "a connector reads or writes");
  const unit = write.unit(1);
  return failed((await world.execute(api, write.action, [unit], "new")).get(unit.key));
}

function idOf(outcome: Outcome): string | undefined {
  return "externalId" in outcome ? outcome.externalId : undefined;
}
