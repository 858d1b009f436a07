import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  cursorSince,
  type ProviderApi,
  type ProviderRequest,
  readStream,
  type Stream,
  type StreamPage,
} from "#connector-kit";
import { hubspot } from "#connectors";
import type { Contact, Deal } from "#model";
import { createHubSpotSimulator, defaults, type HubSpotControl, type HubSpotOptions } from "#simulators/hubspot";
import { startSimulator } from "#simulators/kit";
import { openRequestSpec } from "./request-spec.ts";
import { createUs } from "./us.ts";

const [contacts, companies, deals, owners] = (hubspot.streams ?? []) as [Stream, Stream, Stream, Stream];
// HubSpot's limits would make 25,000 rows a matter of half a minute; the contract beside this file keeps them.
const unlimited = { ...hubspot, limits: hubspot.limits.map((limit) => ({ ...limit, requests: 1e6, burst: 1e5 })) };

/** The published limits unless `fast`; requests and pages are counted. */
async function aWorld(t: TestContext, options: HubSpotOptions & { fast?: boolean } = {}) {
  const { fast = true, ...rest } = options;
  const simulator = await startSimulator(t, createHubSpotSimulator, { limits: fast ? "off" : "documented", ...rest });
  const sent: ProviderRequest[] = [];
  const us = createUs(t, fast ? unlimited : hubspot, simulator.url, (request) => sent.push(request));
  const api = await us.connect({ kind: "api_key", fields: { access_token: defaults.staticToken } });
  sent.length = 0;
  return { simulator, control: simulator.control, hub: simulator.control.portal(), api, sent };
}

async function read(api: ProviderApi, stream: Stream, since: string | null, deletions = true) {
  const pages = await Array.fromAsync(readStream(api, stream, { since, deletions }));
  assert.deepEqual(
    pages.flatMap(({ failed }) => failed),
    [],
  );
  const cursor = pages.at(-1)?.cursor ?? assert.fail("no page came");
  return { pages, cursor, ids: idsOf(pages) };
}

function idsOf(pages: readonly StreamPage[]): string[] {
  return pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));
}

/** Things done outside the look-back of a read that begins now. */
function anHourAgo(control: HubSpotControl, act: () => void): void {
  control.clock.advance(-3_600_000);
  act();
  control.clock.advance(3_600_000);
}

const beginning = (stream: Stream) => cursorSince(stream, "2020-01-01T00:00:00Z");

test("25,000 contacts are read in full, each once, one page in memory at a time", async (t) => {
  const { api, hub, sent } = await aWorld(t);
  hub.seed({ contacts: 25_000 });
  const seen = new Set<string>();
  let pages = 0;

  for await (const page of readStream(api, contacts, { since: null })) {
    pages++;
    assert.equal(sent.length, pages, "a page is asked for when it is wanted");
    assert.ok(page.records.length <= 100 && page.cursor.length < 300);
    for (const { externalId } of page.records) assert.ok(!seen.has(externalId) && seen.add(externalId));
  }

  assert.equal(seen.size, 25_000);
  assert.equal(pages, 251, "250 pages of the list, one of the archived");
});

test("10,500 contacts are read by what changed, past the cap of search, each once", async (t) => {
  const { api, hub, sent, control } = await aWorld(t);
  control.clock.set("2026-03-02T15:00:00Z", { frozen: true });
  for (let rows = 0; rows < 10_500; rows += 10) {
    hub.seed({ contacts: 10 }); // of one millisecond
    control.clock.advance(1);
  }

  const { ids } = await read(api, contacts, beginning(contacts), false);

  assert.equal(ids.length, 10_500);
  assert.equal(new Set(ids).size, 10_500);
  assert.ok(sent.length < 60, `${sent.length} searches of 200`);
  assert.ok(
    sent.every(({ json }) => !("after" in (json as object))),
    "no offset, so no cap",
  );
});

test("when more contacts share one millisecond than a page holds, each still comes once", async (t) => {
  const { api, hub, control } = await aWorld(t);
  control.clock.set("2026-03-02T15:00:00.000Z", { frozen: true });
  hub.seed({ contacts: 150 });
  control.clock.advance(1);
  hub.seed({ contacts: 700 });
  control.clock.advance(1);
  hub.seed({ contacts: 150 });

  const { ids, pages } = await read(api, contacts, beginning(contacts), false);

  for (const [at, page] of pages.slice(0, -1).entries()) {
    const rest = await read(api, contacts, page.cursor, false);
    assert.deepEqual(rest.ids, idsOf(pages.slice(at + 1)), "from every stored cursor exactly the rest");
  }
  assert.deepEqual(
    ids.map(Number).sort((a, b) => a - b),
    hub.list("contacts").map(({ id }) => Number(id)),
  );
  assert.equal(ids.length, 1_000);
});

test("contacts that change while changes are read shift no other out of sight", async (t) => {
  const { api, hub } = await aWorld(t);
  hub.seed({ contacts: 900 });
  const rows = hub.list("contacts").map(({ id }) => id);
  const versions = new Map<string, Contact>();
  const touched = rows.slice(0, 100); // all of them on the first page, whose change would move the later pages up
  let isFirst = true;

  for await (const { records } of readStream(api, contacts, { since: beginning(contacts), deletions: false })) {
    for (const record of records) versions.set(record.externalId, record as Contact);
    if (isFirst) for (const id of touched) hub.edit("contacts", id, { city: "Moved" });
    isFirst = false;
  }

  assert.equal(versions.size, 900);
  for (const id of touched) assert.equal(versions.get(id)?.address?.city, "Moved");
});

test("a contact that changes behind a full read comes with the next one, and no other does", async (t) => {
  const { api, hub, control } = await aWorld(t);
  anHourAgo(control, () => hub.seed({ contacts: 450 }));
  const [oldest] = hub.list("contacts");
  assert.ok(oldest);
  let cursor = "";
  for await (const page of readStream(api, contacts, { since: null })) {
    if (cursor === "") hub.edit("contacts", oldest.id, { city: "Behind you" });
    cursor = page.cursor;
  }

  const { pages, ids } = await read(api, contacts, cursor);

  assert.deepEqual(ids, [oldest.id]);
  assert.partialDeepStrictEqual(pages[0]?.records, [{ address: { city: "Behind you" } }]);
});

test("what search shows late comes with a later read, once the index has it", async (t) => {
  const { api, hub, control } = await aWorld(t);
  const jane = hub.create("contacts", { firstname: "Jane" });
  const first = await read(api, contacts, null);
  control.searchIndexLag(30_000);
  control.clock.advance(-20_000); // changed twenty seconds before the second read, which cannot see it yet
  hub.edit("contacts", jane.id, { firstname: "Janet" });

  const second = await read(api, contacts, first.cursor);
  control.clock.advance(40_000);
  const third = await read(api, contacts, second.cursor);

  const names = ({ pages }: typeof first) =>
    pages.flatMap(({ records }) => records.map((one) => (one as Contact).firstName));
  assert.deepEqual([names(first), names(second), names(third)], [["Jane"], ["Jane"], ["Janet"]]);
});

test("deleted contacts come as tombstones, once, and a restored one comes back with its next change", async (t) => {
  const { api, hub, control } = await aWorld(t);
  anHourAgo(control, () => {
    hub.seed({ contacts: 250 });
    for (const { id } of hub.list("contacts").slice(0, 2)) hub.archive("contacts", id);
  });
  const [living] = hub.list("contacts");
  assert.ok(living);
  const full = await read(api, contacts, null);
  const tombstones = full.pages.filter(({ part }) => part === "deletions").flatMap(({ records }) => records);
  const [first, second] = tombstones.map(({ externalId }) => externalId);
  assert.ok(first && second && tombstones.length === 2);
  for (const { deletedAt } of tombstones) assert.match(deletedAt ?? "", /^\d{4}-.*Z$/);
  assert.equal(full.ids.length, 250, "the deleted are not among the living too");

  hub.archive("contacts", living.id);
  hub.restore("contacts", first);
  hub.edit("contacts", first, { city: "Back" });
  const next = (await read(api, contacts, full.cursor)).pages.flatMap(({ records }) => records);
  assert.deepEqual(
    next.map(({ externalId, deletedAt }) => [externalId, deletedAt !== null]),
    [
      [first, false],
      [living.id, true],
    ],
  );
});

test("at HubSpot's own limits a read waits its turn and is never refused", async (t) => {
  const { api, hub, control, sent } = await aWorld(t, { fast: false });
  hub.seed({ contacts: 1_000 });
  const { ids } = await read(api, contacts, beginning(contacts), false);
  assert.equal(ids.length, 1_000);
  assert.ok(sent.length > 5, "more than HubSpot takes in a second");
  assert.equal(control.counts().byStatus["429"], undefined);
});

test("one unreadable contact is set aside, and its page goes on", async (t) => {
  const { api, hub } = await aWorld(t);
  hub.seed({ contacts: 3 });
  const [, middle] = hub.list("contacts");
  const spoiled: ProviderApi = {
    connection: api.connection,
    async send<Body>(request: ProviderRequest) {
      const answer = await api.send<Body>(request);
      for (const row of (answer.body as { results: { id: string; properties: object }[] }).results) {
        if (row.id === middle?.id) Object.assign(row, { updatedAt: "last Tuesday" });
      }
      return answer;
    },
  };
  const [page] = await Array.fromAsync(readStream(spoiled, contacts, { since: null }));
  assert.equal(page?.records.length, 2);
  assert.deepEqual(
    page?.failed.map(({ externalId, error }) => [externalId, error.code]),
    [[middle?.id, "provider.unreadable_record"]],
  );
});

test("a contact, a company and a deal are told in our words", async (t) => {
  const { api, hub } = await aWorld(t, {
    portals: [
      { id: defaults.portalId, currency: "EUR", owners: [{ id: "77", email: "Olga@Example.com", firstName: "Olga" }] },
    ],
  });
  const jane = hub.create("contacts", {
    firstname: "Jane",
    lastname: "Smith",
    email: "Jane@Example.com",
    phone: "(407) 978-0655",
    city: "Orlando",
    hubspot_owner_id: "77",
  });
  hub.create("companies", { name: "Smith & Co", domain: "Smith.example.com", phone: "call us" });
  hub.create("deals", { dealname: "Roof", amount: "1500.5", pipeline: "default", dealstage: "closedwon" });
  hub.create("deals", { dealname: "Wall", pipeline: "default", dealstage: "qualifiedtobuy" });

  const [one] = (await read(api, contacts, null)).pages[0]?.records ?? [];
  const { createdAt, updatedAt, ...contact } = one as Contact;
  assert.match(`${createdAt} ${updatedAt}`, /^\S+Z \S+Z$/);
  assert.deepEqual(contact, {
    externalId: jane.id,
    formerIds: [],
    deletedAt: null,
    fullName: "Jane Smith",
    firstName: "Jane",
    lastName: "Smith",
    email: "jane@example.com",
    otherEmails: [],
    phone: "+14079780655",
    mobilePhone: null,
    companyName: null,
    address: { street: null, city: "Orlando", region: null, postalCode: null, country: null },
    ownerId: "77",
  });

  const [company] = (await read(api, companies, null)).pages[0]?.records ?? [];
  assert.partialDeepStrictEqual(company, {
    name: "Smith & Co",
    domain: "smith.example.com",
    phone: null,
    address: null,
  });

  const sales = (await read(api, deals, null)).pages[0]?.records as Deal[];
  assert.deepEqual(
    sales.map(({ name, amount, state, stageId }) => ({ name, amount, state, stageId })),
    [
      { name: "Roof", amount: { minor: 150_050, currency: "EUR" }, state: "won", stageId: "closedwon" },
      { name: "Wall", amount: null, state: "open", stageId: "qualifiedtobuy" },
    ],
  );

  const [team] = (await read(api, owners, null)).pages;
  assert.partialDeepStrictEqual(team?.records, [
    { externalId: "77", fullName: "Olga", email: "olga@example.com", deletedAt: null },
  ]);
});

test("without the account's currency an amount is set aside, and a deal without amount is not", async (t) => {
  const { api, hub } = await aWorld(t);
  hub.create("deals", { dealname: "Roof", amount: "1500", pipeline: "default", dealstage: "closedwon" });
  hub.create("deals", { dealname: "Wall", pipeline: "default", dealstage: "closedwon" });
  const { currency: _unknown, ...state } = api.connection.state;
  const without = { connection: { ...api.connection, state }, send: api.send };

  const [page] = await Array.fromAsync(readStream(without, deals, { since: null }));

  assert.equal(page?.records.length, 1);
  assert.match(page?.failed[0]?.error.message ?? "", /currency is not known/);
});

test("the survivor of a merge names the ids that lead to it", async (t) => {
  const { api, hub } = await aWorld(t);
  const [kept, lost] = [hub.create("contacts", { firstname: "Jane" }), hub.create("contacts", { firstname: "J." })];
  await api.send({
    method: "POST",
    path: "/crm/objects/2026-09/contacts/merge",
    json: { primaryObjectId: kept.id, objectIdToMerge: lost.id },
    effect: "write",
  });
  const { pages } = await read(api, contacts, null);
  assert.deepEqual(
    pages[0]?.records.map(({ externalId, formerIds }) => [externalId, formerIds]),
    [[kept.id, [lost.id]]],
  );
});

test("a former owner comes as a tombstone", async (t) => {
  const { api } = await aWorld(t, {
    portals: [
      {
        id: defaults.portalId,
        owners: [
          { id: "1", email: "a@example.com" },
          { id: "2", email: "b@example.com", archived: true },
        ],
      },
    ],
  });
  const { pages } = await read(api, owners, null);
  assert.deepEqual(
    pages.flatMap(({ part, records }) =>
      records.map(({ externalId, deletedAt }) => [part, externalId, deletedAt !== null]),
    ),
    [
      ["full", "1", false],
      ["deletions", "2", true],
    ],
  );
});

const spec = openRequestSpec(
  "hubspot/crm-dated-2026-09.reconstructed.openapi.json",
  "hubspot/additions-dated.reconstructed.openapi.json",
);
if (spec) {
  test("every read is one that HubSpot's interface description knows", async (t) => {
    const { api, sent, hub } = await aWorld(t);
    hub.seed({ contacts: 1, companies: 1, deals: 1 });
    for (const stream of [contacts, companies, deals, owners]) {
      await read(api, stream, (await read(api, stream, null)).cursor);
    }
    const sorts = ({ json }: ProviderRequest) => (json as { sorts?: unknown } | undefined)?.sorts;
    // The description says that sorts are texts, the reference shows objects: HubSpot takes both.
    const known = sent.map((request) =>
      sorts(request) ? { ...request, json: { ...(request.json as object), sorts: [] } } : request,
    );
    assert.deepEqual(
      known.flatMap((request) => spec.check(request)),
      [],
    );
    assert.equal(sent.length, 16);
  });
}
