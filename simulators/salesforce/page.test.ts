import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, startSimulator } from "#simulators/kit";
import { createSalesforceSimulator } from "./index.ts";

const limits = "/services/data/v67.0/limits";

test("every answer says how much of the day is used, and the end of it is a 403", async (t) => {
  const { url, control } = await startSimulator(t, createSalesforceSimulator, { orgs: [{ dailyRequests: 3 }] });
  const call = createCaller(url, { authorization: `Bearer ${control.connect().accessToken}` });
  const first = await call("GET", limits);
  assert.equal(first.headers.get("sforce-limit-info"), "api-usage=1/3");
  assert.deepEqual(first.body.DailyApiRequests, { Max: 3, Remaining: 2 });
  await call("GET", limits);
  await call("GET", limits);

  const refused = await call("GET", limits);
  assert.deepEqual(
    [refused.status, refused.body],
    [403, [{ message: "TotalRequests Limit exceeded.", errorCode: "REQUEST_LIMIT_EXCEEDED" }]],
  );
  assert.equal(refused.headers.get("retry-after"), null);
  control.clock.advance(86_400_000);
  const next = createCaller(url, { authorization: `Bearer ${control.connect().accessToken}` });
  control.externalLoad(0.5);
  assert.equal((await next("GET", limits)).headers.get("sforce-limit-info"), "api-usage=3/3");
  assert.equal((await next("GET", limits)).status, 403);
});

test("a write that was committed before the line broke is there", async (t) => {
  const { url, control } = await startSimulator(t, createSalesforceSimulator);
  const call = createCaller(url, { authorization: `Bearer ${control.connect().accessToken}` });
  control.fault({ kind: "commit-then-drop", match: { method: "POST" }, count: 1 });

  await assert.rejects(call("POST", "/services/data/v67.0/sobjects/Contact", { LastName: "Roe" }));

  assert.equal(control.org().count("Contact"), 1);
  control.fault({ kind: "status", status: 503, count: 1 });
  assert.equal((await call("GET", limits)).body[0].errorCode, "SERVER_UNAVAILABLE");
});

test("the page and its JSON show what an org holds, escaped, and knobs change it", async (t) => {
  const { url, control } = await startSimulator(t, createSalesforceSimulator);
  const call = createCaller(url);
  const rows = { Contact: [{ LastName: "<b>Roe</b>" }], Task: 60 };
  assert.equal((await call("POST", "/_simulator/seed", rows)).status, 200);

  const page = (await call("GET", "/_simulator")).body;
  assert.match(page, /&lt;b&gt;Roe/);
  assert.doesNotMatch(page, /<b>Roe/);
  assert.match((await call("GET", "/_simulator?type=Task")).body, /rel="next"/);
  const state = (await call("GET", "/_simulator/state.json")).body;
  assert.deepEqual([state.orgs[0].counts.Contact, state.orgs[0].counts.Task], [1, 60]);
  const some = (await call("GET", "/_simulator/state.json?type=Task&limit=50")).body;
  assert.deepEqual([some.total, some.records.length, some.after], [60, 50, 50]);

  assert.equal((await call("POST", "/_simulator/seed", { Nope: 1 })).status, 400);
  await call("POST", "/_simulator/limits", { daily: 1 });
  await call("POST", "/_simulator/custom-field", { object: "Contact", name: "Tier__c" });
  const connected = (await call("POST", "/_simulator/connect", {})).body;
  const asApp = createCaller(url, { authorization: `Bearer ${connected.accessToken}` });
  const { body } = await asApp("GET", "/services/data/v67.0/query?q=SELECT+Tier__c+FROM+Contact");
  assert.equal(body.records[0].Tier__c, null);
  assert.equal((await asApp("GET", limits)).status, 403);
  control.reset();
  assert.equal(control.org().count("Contact"), 0);
});
