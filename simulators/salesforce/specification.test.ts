import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, openSpec, startSimulator } from "#simulators/kit";
import { createSalesforceSimulator, defaults } from "./index.ts";

const spec = openSpec("salesforce/salesforce-rest.reconstructed.openapi.json");
const skip = spec ? false : "the providers' reference documents are not beside this repository (../shared/specs)";
const data = "/services/data/v67.0";

test("every answer has the status and the fields that the specification names", { skip }, async (t) => {
  const { url, control } = await startSimulator(t, createSalesforceSimulator);
  const { accessToken, refreshToken } = control.connect({ scopes: ["api", "refresh_token", "id"] });
  const call = createCaller(url, { authorization: `Bearer ${accessToken}` });
  const problems: string[] = [];
  async function check(method: string, pattern: string, values: Record<string, string> = {}, body?: unknown) {
    const path = pattern.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(values[name] ?? ""));
    const answer = await call(method, path + (values.more ?? ""), body);
    for (const problem of spec?.check(method, pattern, answer.status, answer.body) ?? []) {
      problems.push(`${method} ${path} ${answer.status}: ${problem}`);
    }
    return answer;
  }
  const q = (text: string) => ({ more: `?q=${encodeURIComponent(text)}` });

  await check("GET", "/services/data");
  const made = await check("POST", `${data}/sobjects/{sobject}`, { sobject: "Contact" }, { LastName: "Roe" });
  assert.equal(made.status, 201);
  const contact = { sobject: "Contact", id: made.body.id };
  const keyed = { sobject: "Contact", externalIdField: "External_Id__c", value: "E1" };
  await check("GET", `${data}/sobjects/{sobject}/{id}`, contact);
  await check("PATCH", `${data}/sobjects/{sobject}/{id}`, contact, { Title: "Boss" });
  assert.equal(
    (await check("PATCH", `${data}/sobjects/{sobject}/{externalIdField}/{value}`, keyed, { LastName: "K" })).status,
    201,
  );
  assert.equal(
    (await check("PATCH", `${data}/sobjects/{sobject}/{externalIdField}/{value}`, keyed, { Title: "K" })).status,
    200,
  );
  await check("GET", `${data}/sobjects/{sobject}/{externalIdField}/{value}`, keyed);
  control.org().create("Contact", { LastName: "Twin", External_Id__c: "E1" });
  assert.equal((await check("PATCH", `${data}/sobjects/{sobject}/{externalIdField}/{value}`, keyed, {})).status, 300);
  await check("GET", `${data}/sobjects`);
  await check("GET", `${data}/sobjects/{sobject}/describe`, contact);
  await check("GET", `${data}/query`, q("SELECT Id, Owner.Name FROM Contact"));
  await check("GET", `${data}/queryAll`, q("SELECT Id FROM Contact"));
  await check("GET", `${data}/query`, q("SELECT Nope FROM Contact"));
  await check("GET", `${data}/query/{queryLocator}`, { queryLocator: "01gx-200" });
  await check("GET", `${data}/search`, q("FIND {Roe} RETURNING Contact(Id)"));
  await check("POST", `${data}/parameterizedSearch`, {}, { q: "Roe", sobjects: [{ name: "Contact" }] });
  const records = [{ attributes: { type: "Contact" }, LastName: "A" }, { attributes: { type: "Contact" } }];
  const saved = await check("POST", `${data}/composite/sobjects`, {}, { records });
  await check("PATCH", `${data}/composite/sobjects`, {}, { records: [{ ...records[0], id: saved.body[0].id }] });
  const upserts = { records: [{ attributes: { type: "Contact" }, External_Id__c: "E2", LastName: "B" }] };
  await check("PATCH", `${data}/composite/sobjects/{sobject}/{externalIdField}`, keyed, upserts);
  await check("POST", `${data}/composite/sobjects/{sobject}`, contact, { ids: [contact.id], fields: ["Id"] });
  await check("DELETE", `${data}/composite/sobjects`, { more: `?ids=${saved.body[0].id}` });
  const compositeRequest = [{ method: "GET", url: `${data}/limits`, referenceId: "a" }];
  await check("POST", `${data}/composite`, {}, { compositeRequest });
  await check("POST", `${data}/composite/batch`, {}, { batchRequests: [{ method: "GET", url: "v67.0/limits" }] });
  await check("GET", `${data}/limits`);
  await check("GET", `${data}/actions/custom/flow`);
  await check("POST", `${data}/actions/custom/flow/{flowApiName}`, { flowApiName: "After_Call" }, { inputs: [{}] });
  control.org().addDuplicateRule({ object: "Contact", fields: ["LastName"], action: "block" });
  const twin = await check("POST", `${data}/sobjects/{sobject}`, contact, { LastName: "Roe" });
  assert.equal(twin.body[0].errorCode, "DUPLICATES_DETECTED");
  await check("DELETE", `${data}/sobjects/{sobject}/{id}`, contact);
  const now = control.clock.now();
  const span = { start: new Date(now - 600_000).toISOString(), end: new Date(now + 120_000).toISOString() };
  for (const feed of ["updated", "deleted"]) {
    await check("GET", `${data}/sobjects/{sobject}/${feed}`, { ...contact, more: `?${new URLSearchParams(span)}` });
  }
  await check("GET", "/services/oauth2/userinfo");

  const form = { client_id: defaults.app.clientId, client_secret: defaults.app.clientSecret };
  for (const [path, fields] of [
    ["introspect", { token: accessToken }],
    ["token", { grant_type: "refresh_token", refresh_token: refreshToken }],
    ["token", { grant_type: "refresh_token", refresh_token: "wrong" }],
    ["revoke", { token: refreshToken }],
  ] as const) {
    await check("POST", `/services/oauth2/${path}`, {}, new URLSearchParams({ ...form, ...fields }).toString());
  }
  await check("GET", `${data}/limits`);
  assert.deepEqual(problems, []);
});
