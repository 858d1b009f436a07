import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { type CommonOptions, type Control, createSimulator, html, startReceiver, startSimulator } from "./index.ts";

interface Counter extends Control {
  writes(): number;
}

/** The smallest provider: it counts POSTs, and sends a webhook for each when told where. */
function createCounter(options: CommonOptions & { target?: string } = {}) {
  return createSimulator<Counter>(options, ({ webhooks }) => {
    let writes = 0;
    return {
      id: "counter",
      name: "Counter",
      handle: ({ method, path }) => {
        if (path !== "/count") return { status: 404, body: { error: "unknown" } };
        if (method === "POST") {
          writes++;
          const body = String(writes);
          const { target } = options;
          if (target)
            webhooks.send({ url: target, timeoutMs: 60_000, retryDelaysMs: [], write: () => ({ body, headers: {} }) });
        }
        return { status: 200, body: { writes } };
      },
      failure: (status) => ({ status, body: { error: "on purpose" } }),
      knobs: { bump: () => ({ writes: ++writes }) },
      state: () => ({ writes }),
      page: () => html`<p>${writes} writes</p>`,
      reset: () => {
        writes = 0;
      },
      control: (shared) => ({ ...shared, writes: () => writes }),
    };
  });
}

const post = (url: string) => fetch(`${url}/count`, { method: "POST" });
const knob = (url: string, name: string, body: unknown) =>
  fetch(`${url}/_simulator/${name}`, { method: "POST", body: JSON.stringify(body) });

test("commit-then-drop does the write and answers nothing", async (t) => {
  const { url, control } = await startSimulator(t, createCounter);
  control.fault({ kind: "commit-then-drop", match: { method: "POST" }, count: 1 });

  await assert.rejects(post(url), TypeError);

  assert.equal(control.writes(), 1);
  assert.equal((await post(url)).status, 200);
  assert.deepEqual(
    control.requests().map(({ status, fault }) => [status, fault]),
    [
      [0, "commit-then-drop"],
      [200, undefined],
    ],
  );
});

test("reset begins anew: no data, no faults, no log, and the same chance as at first", async (t) => {
  const { url, control } = await startSimulator(t, createCounter, { seed: 5 });
  const drawn = control.random.token(8);
  control.fault({ kind: "status", status: 500, count: 2 });
  await post(url);
  assert.deepEqual(control.counts(), { total: 1, byStatus: { 500: 1 }, byFault: { status: 1 } });

  control.reset();

  assert.deepEqual(control.counts(), { total: 0, byStatus: {}, byFault: {} });
  assert.equal((await post(url)).status, 200);
  assert.equal(control.writes(), 1);
  assert.equal(control.random.token(8), drawn);
});

test("drop-before breaks the connection and writes nothing", async (t) => {
  const { url, control } = await startSimulator(t, createCounter);
  control.fault({ kind: "drop-before", count: 1 });

  await assert.rejects(post(url), TypeError);
  assert.equal(control.writes(), 0);
});

test("status faults answer with the provider's own body: one kind before the write, one after", async (t) => {
  const { url, control } = await startSimulator(t, createCounter);
  control.fault({ kind: "status", status: 503, count: 1, headers: { "retry-after": "2" } });
  control.fault({ kind: "commit-then-status", status: 500, count: 1 });

  const before = await post(url);
  assert.deepEqual(
    [before.status, before.headers.get("retry-after"), await before.json()],
    [503, "2", { error: "on purpose" }],
  );
  assert.equal(control.writes(), 0);
  const after = await post(url);
  assert.equal(after.status, 500);
  assert.equal(control.writes(), 1);
});

test("a fault that commits leaves a refused request alone", async (t) => {
  const { url, control } = await startSimulator(t, createCounter);
  control.fault({ kind: "commit-then-drop" });
  assert.equal((await fetch(`${url}/nowhere`)).status, 404);
});

test("a malformed answer has the right status and half of its JSON", async (t) => {
  const { url, control } = await startSimulator(t, createCounter);
  control.fault({ kind: "malformed", count: 1 });

  const answer = await post(url);
  const text = await answer.text();
  assert.equal(answer.status, 200);
  assert.throws(() => JSON.parse(text), SyntaxError);
});

test("a rate of faults is repeatable by its seed and near what was asked for", async (t) => {
  const run = async () => {
    const { url, control } = await startSimulator(t, createCounter, { seed: 11 });
    control.fault({ kind: "status", rate: 0.2 });
    const statuses: number[] = [];
    for (let n = 0; n < 100; n++) statuses.push((await post(url)).status);
    return statuses.join();
  };

  const first = await run();
  assert.equal(await run(), first);
  const failed = first.split(",").filter((status) => status === "500").length;
  assert.ok(failed > 8 && failed < 35, `${failed} of 100 failed`);
});

test("an outage refuses everything until its time is over", async (t) => {
  const { url, control } = await startSimulator(t, createCounter);
  control.outage({ ms: 10_000 });
  assert.equal((await post(url)).status, 503);
  control.outage({ ms: 10_000, kind: "drop" });
  await assert.rejects(post(url), TypeError);

  control.clock.advance(10_000);
  assert.equal((await post(url)).status, 200);
  assert.equal(control.writes(), 1);
});

test("every knob can be turned over HTTP, and wrong ones are refused", async (t) => {
  const { url, control } = await startSimulator(t, createCounter);

  const { id } = (await (
    await knob(url, "fault", { kind: "status", status: 429, match: { path: "^/count$" } })
  ).json()) as { id: string };
  assert.equal((await post(url)).status, 429);
  assert.equal((await fetch(`${url}/_simulator/fault/${id}`, { method: "DELETE" })).status, 204);
  assert.equal((await post(url)).status, 200);
  await knob(url, "clock", { set: "2026-01-01T00:00:00Z", frozen: true });
  assert.equal(new Date(control.clock.now()).toISOString(), "2026-01-01T00:00:00.000Z");
  assert.equal((await knob(url, "fault", { kind: "nonsense" })).status, 400);
  assert.equal((await knob(url, "latency", { ms: "soon" })).status, 400);
  assert.equal((await knob(url, "unknown", {})).status, 404);
  assert.deepEqual(await (await knob(url, "bump", {})).json(), { writes: 2 });
  await knob(url, "reset", {});
  assert.deepEqual(await (await fetch(`${url}/_simulator/state.json`)).json(), { writes: 0 });
  assert.match(await (await fetch(`${url}/_simulator`)).text(), /<html lang="en">/);
});

test("latency is added to answers, half of it before the write", async (t) => {
  const { url, control } = await startSimulator(t, createCounter, { latencyMs: [20, 30] });
  const startedAt = performance.now();
  await post(url);
  assert.ok(performance.now() - startedAt >= 19);
  assert.equal(control.writes(), 1);
});

test("two simulators in one process share nothing", async (t) => {
  const [one, two] = [await startSimulator(t, createCounter), await startSimulator(t, createCounter)];
  await post(one.url);
  assert.deepEqual([one.control.writes(), two.control.writes()], [1, 0]);
});

test("webhooks are lost, doubled, late or out of order when asked", async (t) => {
  const receiver = await startReceiver(t);
  const { url, control } = await startSimulator(t, createCounter, { target: receiver.url });
  const arrived = async () => {
    await control.webhooksIdle();
    return receiver.received.splice(0).map(({ body }) => body);
  };
  const only = (faults: object) => control.webhookFaults({ lost: 0, twice: 0, late: 0, reordered: 0, ...faults });

  only({ lost: 1 });
  await post(url);
  assert.deepEqual(await arrived(), []);
  only({ twice: 1 });
  await post(url);
  assert.deepEqual(await arrived(), ["2", "2"]);
  only({ late: 1, lateMs: 60_000 });
  await post(url);
  assert.deepEqual(await arrived(), []);
  control.clock.advance(60_000);
  assert.deepEqual(await arrived(), ["3"]);
  only({ reordered: 1, lateMs: 60_000 });
  await post(url);
  await post(url);
  assert.deepEqual(await arrived(), ["5", "4"]);
  assert.deepEqual(
    control
      .webhookAttempts()
      .map(({ note }) => note)
      .filter(Boolean),
    ["lost", "twice", "late", "reordered"],
  );
});

test("stopping does not wait for a webhook that nobody answers", async (t) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const silent = createServer(() => arrive()); // takes the request and never answers
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  t.after(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const simulator = await startSimulator(t, createCounter, { target: `http://127.0.0.1:${port}` });
  await post(simulator.url);
  await arrived;

  await simulator.stop();

  await simulator.control.webhooksIdle();
  assert.deepEqual(simulator.control.webhookAttempts(), []);
});
