import assert from "node:assert/strict";
import { test } from "node:test";
import { startSimulator } from "#simulators/kit";
import { createZapierSimulator, defaults } from "./index.ts";

const path = `/hooks/catch/${defaults.account}/${defaults.hook}/`;

function post(url: string, body: unknown) {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

test("a hook takes a payload, answers success and keeps it", async (t) => {
  const zapier = await startSimulator(t, createZapierSimulator);

  const answer = await post(`${zapier.url}${path}`, { action: "call_completed", call: { call_id: "call_1" } });

  assert.equal(answer.status, 200);
  const body = (await answer.json()) as Record<string, string>;
  assert.deepEqual(Object.keys(body), ["status", "attempt", "id", "request_id"]);
  assert.equal(body.status, "success");
  const [kept] = zapier.control.deliveries.list();
  assert.equal(kept?.callId, "call_1");
  assert.deepEqual(kept?.runs, [{ action: "call_completed", call: { call_id: "call_1" } }]);
});

test("a silent hook answers nothing, and a form with query fields becomes one payload", async (t) => {
  const zapier = await startSimulator(t, createZapierSimulator);

  const answer = await fetch(`${zapier.url}${path}silent/?a=1`, {
    method: "POST",
    body: new URLSearchParams({ b: "2" }),
  });

  assert.equal(await answer.text(), "");
  assert.deepEqual(zapier.control.deliveries.list()[0]?.runs, [{ a: "1", b: "2" }]);
});

test("a list at the top level starts one run for each element", async (t) => {
  const zapier = await startSimulator(t, createZapierSimulator);

  await post(`${zapier.url}${path}`, [{ n: 1 }, { n: 2 }]);

  assert.deepEqual(zapier.control.deliveries.list()[0]?.runs, [{ n: 1 }, { n: 2 }]);
});

test("a removed hook is gone, an unknown one is not found, and broken JSON is refused", async (t) => {
  const zapier = await startSimulator(t, createZapierSimulator);
  const url = zapier.control.addHook({ hook: "second" });
  zapier.control.removeHook("second");

  assert.equal((await post(url, {})).status, 410);
  assert.equal((await post(`${zapier.url}/hooks/catch/${defaults.account}/nope/`, {})).status, 404);
  assert.equal((await post(`${zapier.url}/hooks/catch/999/${defaults.hook}/`, {})).status, 404);
  const broken = await fetch(`${zapier.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{",
  });
  assert.equal(broken.status, 400);
  assert.equal(zapier.control.deliveries.count(), 0);
});

test("the 31st request in a second to one hook is refused, and later ones are taken again", async (t) => {
  const zapier = await startSimulator(t, createZapierSimulator);
  zapier.control.clock.set("2026-02-15T14:30:00Z", { frozen: true });

  const statuses = await Promise.all(
    Array.from({ length: 31 }, async (_, n) => (await post(`${zapier.url}${path}`, { n })).status),
  );
  zapier.control.clock.advance(1_000);
  const later = await post(`${zapier.url}${path}`, {});

  assert.equal(statuses.filter((status) => status === 429).length, 1);
  assert.equal(later.status, 200);
});

test("a call that arrives twice at one hook is counted as a duplicate, at two hooks it is not", async (t) => {
  const zapier = await startSimulator(t, createZapierSimulator);
  const second = zapier.control.addHook({ hook: "second" });
  const payload = { call: { call_id: "call_1" } };

  await post(`${zapier.url}${path}`, payload);
  await post(second, payload);
  assert.deepEqual(zapier.control.deliveries.duplicates(), []);
  await post(second, payload);

  assert.deepEqual(zapier.control.deliveries.duplicates(), [{ hook: "second", callId: "call_1", count: 2 }]);
});

test("the page shows what arrived as text, never as markup", async (t) => {
  const zapier = await startSimulator(t, createZapierSimulator);
  await post(`${zapier.url}${path}`, { note: "<script>alert(1)</script>" });

  const page = await (await fetch(`${zapier.url}/_simulator`)).text();

  assert.match(page, /&lt;script&gt;alert\(1\)/);
  assert.doesNotMatch(page, /<script/);
});
