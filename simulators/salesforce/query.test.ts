import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cleanup, createCaller, startSimulator } from "#simulators/kit";
import { createSalesforceSimulator, type SalesforceOptions } from "./index.ts";

const data = "/services/data/v67.0";

async function start(t: Cleanup, options: SalesforceOptions = {}) {
  const { url, control } = await startSimulator(t, createSalesforceSimulator, options);
  const call = createCaller(url, {
    authorization: `Bearer ${control.connect().accessToken}`,
    "sforce-query-options": "batchSize=200",
  });
  const query = (soql: string, path = "query") => call("GET", `${data}/${path}?q=${encodeURIComponent(soql)}`);
  const names = async (soql: string) => {
    const { status, body } = await query(soql);
    assert.equal(status, 200, JSON.stringify(body));
    return body.records.map((row: { LastName: string }) => row.LastName);
  };
  return { url, call, control, org: control.org(), query, names };
}

test("a query filters, orders, limits and follows parents", async (t) => {
  const { org, query, names } = await start(t);
  const [account] = org.seed({ Account: [{ Name: "Acme" }] }).Account ?? [];
  org.seed({
    Contact: [
      { LastName: "O'Neil", Phone: "(407) 555-0100", AccountId: account },
      { LastName: "Roe", MobilePhone: "4075550100", Email: "ROE@example.com" },
      { LastName: "100%_x", DoNotCall: true },
    ],
  });
  const from = "SELECT LastName FROM Contact";
  assert.deepEqual(await names(`${from} WHERE LastName = 'o\\'neil'`), ["O'Neil"]);
  assert.deepEqual(
    await names(`${from} WHERE Phone LIKE '%555-0100' OR MobilePhone IN ('4075550100','x') ORDER BY LastName DESC`),
    ["Roe", "O'Neil"],
  );
  assert.deepEqual(await names(`${from} WHERE (Phone = null AND NOT Email = 'roe@example.com') AND DoNotCall = true`), [
    "100%_x",
  ]);
  assert.deepEqual(await names(`${from} WHERE LastName LIKE '100\\%\\_x'`), ["100%_x"]);
  assert.deepEqual(await names(`${from} WHERE Account.Name = 'acme'`), ["O'Neil"]);
  assert.deepEqual(await names(`${from} WHERE AccountId IN (SELECT Id FROM Account WHERE Name = 'Acme')`), ["O'Neil"]);
  assert.deepEqual(await names(`${from} ORDER BY Email NULLS LAST, LastName LIMIT 1 OFFSET 1`), ["100%_x"]);
  assert.deepEqual(await names(`${from} WHERE SystemModstamp >= 2100-01-01T00:00:00+01:00`), []);
  assert.equal((await names(`${from} WHERE CreatedDate = TODAY AND CreatedDate >= LAST_N_DAYS:1`)).length, 3);
  const [row] = (await query("SELECT Id, Account.Name, Owner.Email FROM Contact WHERE AccountId != null")).body.records;
  assert.deepEqual(
    [row.Account.Name, row.Account.attributes.type, row.Owner.Email],
    ["Acme", "Account", "dana@acme.example"],
  );
  assert.equal((await query("SELECT COUNT() FROM Contact")).body.totalSize, 3);
});

test("a query that Salesforce would not take is refused with its code", async (t) => {
  const { query } = await start(t);
  const refusals: Array<[soql: string, code: string]> = [
    ["SELECT Nope FROM Contact", "INVALID_FIELD"],
    ["SELECT Id FROM Nope", "INVALID_TYPE"],
    ["SELECT Id FROM Contact WHERE Phone = 4075550100", "INVALID_FIELD"],
    ["SELECT Id FROM Contact WHERE SystemModstamp > '2026-11-01T00:00:00Z'", "INVALID_FIELD"],
    ["SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD"],
    ["SELECT Id FROM Contact WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"],
    ["SELECT Id FROM Contact WHERE Phone = 'a' AND Email = 'b' OR Email = 'c'", "MALFORMED_QUERY"],
    ["SELECT Id FROM Contact WHERE LastName = 'O'Neil'", "MALFORMED_QUERY"],
    ["SELECT Id FROM Contact LIMIT 5 OFFSET 2001", "MALFORMED_QUERY"],
    ["SELECT * FROM Contact", "MALFORMED_QUERY"],
    ["", "MALFORMED_QUERY"],
  ];
  for (const [soql, code] of refusals) {
    const { status, body } = await query(soql);
    assert.deepEqual([status, body[0]?.errorCode], [400, code], soql);
  }
});

test("a long answer comes in pages, whose address lives for two days", async (t) => {
  const { url, call, control, org, query } = await start(t);
  org.seed({ Lead: 450 });

  const first = (await query("SELECT Id FROM Lead ORDER BY Id")).body;
  const second = (await call("GET", first.nextRecordsUrl)).body;
  const third = (await call("GET", second.nextRecordsUrl)).body;

  assert.deepEqual([first.totalSize, first.done, first.records.length], [450, false, 200]);
  assert.deepEqual([third.done, third.records.length, third.nextRecordsUrl], [true, 50, undefined]);
  const ids = [first, second, third].flatMap(({ records }) => records.map(({ Id }: { Id: string }) => Id));
  assert.equal(new Set(ids).size, 450);
  control.clock.advance(47 * 3_600_000);
  const later = createCaller(url, { authorization: `Bearer ${control.connect().accessToken}` });
  assert.equal((await later("GET", first.nextRecordsUrl)).status, 200);
  control.clock.advance(3_600_000);
  assert.deepEqual((await later("GET", first.nextRecordsUrl)).body[0].errorCode, "INVALID_QUERY_LOCATOR");
});

test("deleted rows are in queryAll and in the deleted feed, for fifteen days back", async (t) => {
  const { call, org, query, control } = await start(t);
  const [kept, gone] = org.seed({ Contact: 2 }).Contact ?? [];
  org.remove("Contact", gone ?? "");
  const soql = "SELECT Id, IsDeleted FROM Contact WHERE IsDeleted = true";
  assert.equal((await query(soql)).body.totalSize, 0);
  assert.equal((await query(soql, "queryAll")).body.records[0].Id, gone);

  const now = control.clock.now();
  const feed = (name: string, fromMs: number, toMs: number) =>
    call(
      "GET",
      `${data}/sobjects/Contact/${name}?${new URLSearchParams({ start: new Date(now + fromMs).toISOString(), end: new Date(now + toMs).toISOString() })}`,
    );
  const deleted = await feed("deleted", -600_000, 120_000);
  assert.deepEqual(
    deleted.body.deletedRecords.map(({ id }: { id: string }) => id),
    [gone],
  );
  assert.deepEqual((await feed("updated", -600_000, 120_000)).body.ids, [kept]);
  assert.equal((await feed("deleted", -16 * 86_400_000, 0)).body[0].errorCode, "INVALID_REPLICATION_DATE");
  assert.equal((await feed("deleted", -30_000, 0)).body[0].errorCode, "INVALID_REPLICATION_DATE");
});

test("a phone is found however it was typed, once the index has caught up", async (t) => {
  const { call, control, org } = await start(t, { searchIndexLagMs: 10_000 });
  const [id] = org.seed({ Contact: [{ LastName: "Roe", MobilePhone: "+1 407-555.0100" }] }).Contact ?? [];
  const search = async (sosl: string) => (await call("GET", `${data}/search?q=${encodeURIComponent(sosl)}`)).body;
  const find =
    "FIND {4075550100} IN PHONE FIELDS RETURNING Contact(Id, Name WHERE DoNotCall = false LIMIT 5), Lead(Id)";
  assert.deepEqual((await search(find)).searchRecords, []);

  control.clock.advance(10_000);

  const [found] = (await search(find)).searchRecords;
  assert.deepEqual([found.Id, found.Name, found.attributes.type], [id, "Roe", "Contact"]);
  assert.equal((await search("FIND {roe} IN NAME FIELDS RETURNING Contact")).searchRecords.length, 1);
  assert.equal((await search("FIND {ro*} RETURNING Contact(Id)")).searchRecords.length, 1);
  assert.equal((await search("FIND {4} IN PHONE FIELDS RETURNING Contact(Id)"))[0].errorCode, "MALFORMED_SEARCH");
  assert.equal((await search("FIND {+1 407} IN PHONE FIELDS RETURNING Contact(Id)"))[0].errorCode, "MALFORMED_SEARCH");
  assert.equal((await search("FIND {roe} RETURNING Contact(Nope)"))[0].errorCode, "INVALID_FIELD");
  const plain = { q: "+1 (407) 555-0100", in: "PHONE", sobjects: [{ name: "Contact", fields: ["Id"] }] };
  assert.equal((await call("POST", `${data}/parameterizedSearch`, plain)).body.searchRecords[0].Id, id);
});
