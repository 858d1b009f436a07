import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulators, simulators } from "./index.ts";

test("all simulators start side by side, each with its own page", async (t) => {
  const { startAll, stopAll } = createSimulators();
  t.after(stopAll);

  const urls = await startAll();

  assert.deepEqual(Object.keys(urls), Object.keys(simulators));
  assert.equal(new Set(Object.values(urls)).size, Object.keys(simulators).length);
  for (const url of Object.values(urls)) assert.equal((await fetch(`${url}/_simulator`)).status, 200);
});

test("a stopped simulator can be started again, and keeps what it holds", async (t) => {
  const { all, stopAll } = createSimulators(["hubspot"]);
  t.after(stopAll);
  const hubspot = all.get("hubspot");
  assert.ok(hubspot);
  const { url } = await hubspot.start();
  await fetch(`${url}/_simulator/seed`, { method: "POST", body: JSON.stringify({ contacts: 2 }) });
  await hubspot.stop();
  assert.throws(() => hubspot.url, /not started/);

  const again = await hubspot.start();

  const state = (await (await fetch(`${again.url}/_simulator/state.json`)).json()) as {
    portals: Array<{ counts: { contacts: number } }>;
  };
  assert.equal(state.portals[0]?.counts.contacts, 2);
});
