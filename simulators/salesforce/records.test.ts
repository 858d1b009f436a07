import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cleanup, createCaller, startSimulator } from "#simulators/kit";
import { createSalesforceSimulator, type SalesforceOptions } from "./index.ts";

const data = "/services/data/v67.0";

async function start(t: Cleanup, options: SalesforceOptions = {}, headers: Record<string, string> = {}) {
  const { url, control } = await startSimulator(t, createSalesforceSimulator, options);
  const caller = createCaller(url, { authorization: `Bearer ${control.connect().accessToken}`, ...headers });
  const call = (method: string, path: string, body?: unknown) => caller(method, data + path, body);
  return { call, control, org: control.org() };
}

const codes = (body: Array<{ errorCode: string }>) => body.map(({ errorCode }) => errorCode);

test("a record is created, read, changed, deleted, and then gone", async (t) => {
  const { call } = await start(t);
  const made = await call("POST", "/sobjects/Contact", { LastName: "Roe", FirstName: "Jane", Phone: "407.555 0100" });
  assert.deepEqual([made.status, made.body], [201, { id: made.body.id, success: true, errors: [] }]);
  const path = `/sobjects/Contact/${made.body.id}`;
  assert.match(made.body.id, /^003\w{15}$/);

  assert.equal((await call("PATCH", path, { Title: "Boss", FirstName: null })).status, 204);
  const { body } = await call("GET", path);
  assert.deepEqual([body.Name, body.Title, body.Phone, body.IsDeleted], ["Roe", "Boss", "407.555 0100", false]);
  assert.match(body.SystemModstamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/);
  assert.equal((await call("GET", `/sobjects/Contact/${made.body.id.slice(0, 15)}`)).status, 200);

  assert.equal((await call("DELETE", path)).status, 204);
  const again = await call("DELETE", path);
  assert.deepEqual(
    [again.status, again.body],
    [404, [{ message: "entity is deleted", errorCode: "ENTITY_IS_DELETED" }]],
  );
  assert.deepEqual(codes((await call("GET", path)).body), ["NOT_FOUND"]);
});

test("what is wrong with a record is said by code and field", async (t) => {
  const { call, org } = await start(t);
  const userId = org.users()[0]?.id ?? "";
  org.addValidationRule({ object: "Lead", field: "Phone", message: "A lead needs a phone" });
  const expect = async (object: string, fields: Record<string, unknown>, code: string, names?: string[]) => {
    const { status, body } = await call("POST", `/sobjects/${object}`, fields);
    assert.deepEqual(
      [status, body[0].errorCode, body[0].fields],
      [400, code, names],
      `${object} ${JSON.stringify(fields)}`,
    );
  };
  await expect("Contact", { FirstName: "x" }, "REQUIRED_FIELD_MISSING", ["LastName"]);
  await expect("Contact", { LastName: "x", Nope: 1 }, "INVALID_FIELD");
  await expect("Contact", { LastName: "x", Name: "y" }, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Name"]);
  await expect("Contact", { LastName: "x".repeat(81) }, "STRING_TOO_LONG", ["LastName"]);
  await expect("Contact", { LastName: "x", Email: "nonsense" }, "INVALID_EMAIL_ADDRESS", ["Email"]);
  await expect("Contact", { LastName: "x", AccountId: userId }, "MALFORMED_ID", ["AccountId"]);
  await expect("Contact", { LastName: "x", AccountId: "001Hs0000000009IAA" }, "INVALID_CROSS_REFERENCE_KEY");
  await expect("Contact", { LastName: "x", Birthdate: "1.2.2000" }, "JSON_PARSER_ERROR");
  await expect("Contact", { LastName: "x", Birthdate: "2026-02-30" }, "JSON_PARSER_ERROR");
  await expect("Task", { CallType: "Sideways" }, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["CallType"]);
  await expect("Task", { CallDurationInSeconds: "long" }, "JSON_PARSER_ERROR");
  await expect("Event", { StartDateTime: "2026-11-01T10:00:00Z" }, "REQUIRED_FIELD_MISSING", ["EndDateTime"]);
  await expect("Lead", { LastName: "x", Company: "y" }, "FIELD_CUSTOM_VALIDATION_EXCEPTION", ["Phone"]);
  await expect("User", { LastName: "x" }, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY");
  org.deactivateUser(org.addUser({ firstName: "Left" }));
  const left = org.users().find(({ values }) => values.FirstName === "Left")?.id;
  await expect("Contact", { LastName: "x", OwnerId: left }, "INACTIVE_OWNER_OR_USER");
  assert.deepEqual(codes((await call("POST", "/sobjects/Contact", "{")).body), ["JSON_PARSER_ERROR"]);
  assert.equal((await call("PUT", "/sobjects/Contact", {})).status, 405);
  org.hide("Lead");
  assert.deepEqual(codes((await call("POST", "/sobjects/Lead", {})).body), ["NOT_FOUND"]);
});

test("a call is logged once however often its key is sent", async (t) => {
  const { call, org } = await start(t);
  const path = "/sobjects/Task/Call_Id__c/call%2F1";
  const [who] = org.seed({ Contact: 1 }).Contact ?? [];
  const task = { Subject: "Call", TaskSubtype: "Call", CallType: "Inbound", Status: "Completed", WhoId: who };

  const first = await call("PATCH", path, task);
  const second = await call("PATCH", path, { Description: "Summary" });

  assert.deepEqual([first.status, first.body.created], [201, true]);
  assert.deepEqual(
    [second.status, second.body],
    [200, { id: first.body.id, success: true, errors: [], created: false }],
  );
  const [kept] = org.findBy("Task", "Call_Id__c", "call/1");
  assert.deepEqual([kept?.values.IsClosed, kept?.values.Description, org.count("Task")], [true, "Summary", 1]);
  const taken = await call("POST", "/sobjects/Task", { Call_Id__c: "call/1" });
  assert.match(taken.body[0].message, new RegExp(`duplicates value on record with id: ${first.body.id}`));
  assert.equal(taken.body[0].errorCode, "DUPLICATE_VALUE");
  assert.equal((await call("PATCH", path, { Call_Id__c: "x" })).status, 400);
  assert.equal((await call("PATCH", "/sobjects/Task/Subject/x", {})).status, 404);
  assert.equal((await call("PATCH", "/sobjects/Task/Call_Id__c/new?updateOnly=true", {})).status, 404);
});

test("an external id that several records share answers 300 and where they are", async (t) => {
  const { call, org } = await start(t);
  const row = { LastName: "Roe", External_Id__c: "E1" };
  const ids = org.seed({ Contact: [row, row] }).Contact ?? [];

  const { status, body } = await call("PATCH", "/sobjects/Contact/External_Id__c/E1", { Title: "x" });

  assert.deepEqual([status, body], [300, ids.map((id) => `${data}/sobjects/Contact/${id}`)]);
});

test("in a collection each record has its own outcome, inside a 200", async (t) => {
  const { call, org, control } = await start(t);
  const records = [{ LastName: "A" }, { FirstName: "no last name" }, { LastName: "C" }].map((fields) => ({
    attributes: { type: "Contact" },
    ...fields,
  }));

  const { status, body } = await call("POST", "/composite/sobjects", { records });
  assert.deepEqual([status, body.map((one: { success: boolean }) => one.success)], [200, [true, false, true]]);
  assert.deepEqual(body[1].errors, [
    { statusCode: "REQUIRED_FIELD_MISSING", message: "Required fields are missing: [LastName]", fields: ["LastName"] },
  ]);

  const all = await call("POST", "/composite/sobjects", { allOrNone: true, records });
  assert.deepEqual(
    all.body.map((one: { errors: Array<{ statusCode: string }> }) => one.errors[0]?.statusCode),
    ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING", "ALL_OR_NONE_OPERATION_ROLLED_BACK"],
  );
  assert.equal(org.count("Contact"), 2);

  control.lockRows(1);
  const update = records.slice(0, 1).map(({ attributes }) => ({ attributes, id: body[0].id, Title: "x" }));
  const locked = await call("PATCH", "/composite/sobjects", { records: update });
  assert.equal(locked.body[0].errors[0].statusCode, "UNABLE_TO_LOCK_ROW");
  assert.equal((await call("PATCH", "/composite/sobjects", { records: update })).body[0].success, true);
  const keyed = [{ attributes: { type: "Contact" }, External_Id__c: "k", LastName: "K" }];
  const upserted = await call("PATCH", "/composite/sobjects/Contact/External_Id__c", { records: keyed });
  assert.deepEqual([upserted.body[0].success, upserted.body[0].created], [true, true]);
  const read = await call("POST", "/composite/sobjects/Contact", { ids: [body[0].id, "003x"], fields: ["LastName"] });
  assert.deepEqual([read.body[0].LastName, read.body[1]], ["A", null]);
  const gone = await call("DELETE", `/composite/sobjects?ids=${body[0].id},${body[2].id}`);
  assert.deepEqual([gone.body.length, gone.body[0].success, org.count("Contact")], [2, true, 1]);
  const many = Array.from({ length: 201 }, () => records[0]);
  assert.equal((await call("POST", "/composite/sobjects", { records: many })).status, 400);
});

test("a composite request hands results on, and takes everything back when one part fails", async (t) => {
  const { call, org } = await start(t);
  const parts = (subject: unknown) => [
    { method: "POST", url: `${data}/sobjects/Contact`, referenceId: "who", body: { LastName: "Roe" } },
    {
      method: "POST",
      url: `${data}/sobjects/Task`,
      referenceId: "task",
      body: { WhoId: "@{who.id}", ...Object(subject) },
    },
  ];

  const { body } = await call("POST", "/composite", { allOrNone: true, compositeRequest: parts({ Subject: "Call" }) });
  const [who, task] = body.compositeResponse;
  assert.deepEqual([who.httpStatusCode, task.httpStatusCode], [201, 201]);
  assert.equal(org.get("Task", task.body.id)?.values.WhoId, who.body.id);

  const failed = await call("POST", "/composite", { allOrNone: true, compositeRequest: parts({ Nope: 1 }) });
  assert.deepEqual(
    failed.body.compositeResponse.map((part: { body: Array<{ errorCode: string }> }) => part.body[0]?.errorCode),
    ["PROCESSING_HALTED", "INVALID_FIELD"],
  );
  assert.equal(org.count("Contact"), 1);
});

test("a duplicate rule blocks, or gives way to the caller's header when it only warns", async (t) => {
  const { call, org } = await start(t, {}, { "sforce-duplicate-rule-header": "allowSave=true" });
  const [id] = org.seed({ Contact: [{ LastName: "Roe", Phone: "(407) 555-0100" }] }).Contact ?? [];
  const twin = { LastName: "Roe", MobilePhone: "1", Phone: "+1 407 555 0100" };
  org.addDuplicateRule({ object: "Contact", fields: ["Phone"], action: "block" });

  const blocked = await call("POST", "/sobjects/Contact", twin);
  assert.equal(blocked.body[0].errorCode, "DUPLICATES_DETECTED");
  const { allowSave, matchResults } = blocked.body[0].duplicateResult;
  assert.deepEqual([blocked.status, allowSave, matchResults[0].matchRecords[0].record.Id], [400, false, id]);

  org.clearRules();
  org.addDuplicateRule({ object: "Contact", fields: ["Phone"], action: "alert" });
  assert.equal((await call("POST", "/sobjects/Contact", twin)).status, 201);
});

test("custom fields, flows and stages are there to be described, and go when they are removed", async (t) => {
  const { call, org } = await start(t);
  org.addCustomField({ object: "Contact", name: "Tier__c", type: "picklist", restricted: true, values: ["Gold"] });
  const field = async () =>
    (await call("GET", "/sobjects/Contact/describe")).body.fields.find(
      (one: { name: string }) => one.name === "Tier__c",
    );
  assert.deepEqual((await field()).picklistValues[0].value, "Gold");
  const wrong = await call("POST", "/sobjects/Contact", { LastName: "x", Tier__c: "Tin" });
  assert.equal(wrong.body[0].errorCode, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
  org.removeCustomField("Contact", "Tier__c");
  assert.equal(await field(), undefined);
  assert.equal(
    (await call("POST", "/sobjects/Contact", { LastName: "x", Tier__c: "Gold" })).body[0].errorCode,
    "INVALID_FIELD",
  );

  const ran = await call("POST", "/actions/custom/flow/After_Call", { inputs: [{ callId: "c1" }] });
  assert.deepEqual([ran.status, ran.body[0].isSuccess, org.flowRuns()[0]?.inputs], [200, true, { callId: "c1" }]);
  assert.equal((await call("POST", "/actions/custom/flow/Nope", { inputs: [] })).status, 404);
  org.addFlow({ apiName: "Broken", fails: "It broke" });
  assert.equal((await call("POST", "/actions/custom/flow/Broken", { inputs: [{}] })).status, 400);
});
