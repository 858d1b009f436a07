import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { aCall, aMessage, type CallStepInput, type MessageStepInput, type Person, type Unit } from "#connector-kit";
import { hubspot } from "#connectors";
import { createHubSpotSimulator, defaults, type HubSpotControl } from "#simulators/hubspot";
import { startSimulator } from "#simulators/kit";
import { type ContractSite, type ContractWrite, connectorContract } from "../../src/connector-kit/contract.ts";
import type { ContractStream } from "../../src/connector-kit/contract-streams.ts";
import { armed, createUs, execute, listen, type SignIn } from "./us.ts";

type Hub = ReturnType<HubSpotControl["portal"]>;

const actions = hubspot.actions as Required<typeof hubspot.actions>;
const { createContact, matchContacts, updateContact, note, appointment, deal, workflow, message } = actions;

const withToken = (access_token: string): SignIn => ({ kind: "api_key", fields: { access_token } });
const settings = { pipeline_id: "default", default_stage_id: "qualifiedtobuy", workflow_id: "42" };

const refusing = ["contacts", "notes", "meetings", "deals", "messages"].map((name) => ({ name, refuses: true }));
const writes = [...refusing, { name: "enrollments", refuses: false }];
const streams = ["contacts", "companies", "deals"].map((name) => ({ name, edits: true }));
streams.push({ name: "owners", edits: false });
connectorContract(hubspot, { open, execute, writes, streams, reads: true, scopes: true });

async function open(t: TestContext): Promise<ContractSite> {
  const { simulator, hub, us } = await aWorld(t);
  return {
    api: await us.connect(withToken(defaults.staticToken), settings),
    strangerApi: await us.connect(withToken("pat-na1-unknown"), {}, false),
    narrow: {
      api: await us.connect(withToken("pat-na1-narrow")),
      attempt: (api) => createContact.perform(api, [aPerson(1)]),
    },
    read: (api) => hubspot.account?.(api) ?? Promise.resolve(),
    writes: writesOf(hub),
    streams: streamsOf(hub),
    ...armed(simulator.control),
  };
}

async function aWorld(t: TestContext) {
  const simulator = await startSimulator(t, createHubSpotSimulator, {
    portals: [{ id: 33, tier: "pro", workflows: [{ id: 42, name: "After a call" }], owners: manyOwners }],
    staticTokens: [
      { token: defaults.staticToken, portalId: 33 },
      { token: "pat-na1-narrow", portalId: 33, scopes: ["crm.objects.contacts.read"] },
    ],
  });
  return { simulator, hub: simulator.control.portal(33), us: createUs(t, hubspot, simulator.url) };
}

function writesOf(hub: Hub): ContractWrite[] {
  const jane = hub.create("contacts", { firstname: "Jane", email: "jane@example.com" });
  const aStep = (number: number, contactId = jane.id): Unit<CallStepInput> => ({
    key: `call-${number}`,
    input: { call: aCall({ call_id: `call_${number}` }), contactId },
  });
  const refused = aStep(0, "999999");
  const aText = (number: number, contactId = jane.id): Unit<MessageStepInput> => ({
    key: `message-${number}`,
    input: { message: aMessage({ message_id: `sms_${number}` }), contactId },
  });
  const newcomer = (number: number) => hub.create("contacts", { email: `newcomer${number}@example.com` }).id;
  return [
    {
      name: "contacts",
      action: createContact,
      path: /contacts\/batch\/create/,
      unit: aPerson,
      refused: { ...aPerson(0), input: { ...aPerson(0).input, fields: { no_such_property: "x" } } },
      count: () => hub.count("contacts"),
    } as ContractWrite,
    {
      name: "notes",
      action: note,
      path: /notes\/batch\/create/,
      unit: aStep,
      refused,
      count: () => hub.count("notes"),
    },
    {
      name: "meetings",
      action: appointment,
      path: /meetings\/batch\/create/,
      unit: aStep,
      refused,
      count: () => hub.count("meetings"),
    },
    {
      name: "deals",
      action: deal,
      path: /deals\/batch\/create/,
      unit: aStep,
      refused,
      count: () => hub.count("deals"),
    },
    {
      name: "messages",
      action: message,
      path: /notes\/batch\/create/,
      unit: aText,
      refused: aText(0, "999999"),
      count: () => hub.count("notes"),
    },
    {
      name: "enrollments",
      action: workflow,
      path: /workflows\/42\/enrollments/,
      unit: (number: number) => aStep(number, newcomer(number)),
      count: () => hub.enrollments().length,
    },
  ] as ContractWrite[];
}

const manyOwners = Array.from({ length: 230 }, (_, index) => ({
  id: String(7_000 + index),
  email: `owner${index}@example.com`,
}));

/** More rows than two pages of a hundred. */
function streamsOf(hub: Hub): ContractStream[] {
  const namedBy = { contacts: "firstname", companies: "name", deals: "dealname" } as const;
  return (hubspot.streams ?? []).map((stream) => {
    if (stream.name === "owners")
      return { stream, path: /\/crm\/owners\//, fill: () => manyOwners.map(({ id }) => id) };
    const type = stream.name as keyof typeof namedBy;
    return {
      stream,
      path: new RegExp(`/crm/objects/[^/]+/${type}(/search)?$`),
      fill() {
        hub.seed({ [type]: 230 });
        return hub.list(type).map(({ id }) => id);
      },
      change: (id) => void hub.edit(type, id, { [namedBy[type]]: "Changed" }),
      remove: (id) => hub.archive(type, id),
    };
  });
}

function aPerson(number: number, changes: Partial<Person> = {}): Unit<Person> {
  const phone = `+1407978${1000 + number}`;
  return { key: `phone:${phone}`, input: { name: `Ann Lee ${number}`, phone, email: null, fields: {}, ...changes } };
}

async function connected(t: TestContext, changes: Record<string, unknown> = {}, token: string = defaults.staticToken) {
  const world = await aWorld(t);
  return { ...world, api: await world.us.connect(withToken(token), changes) };
}

test("a contact that was just made is found by e-mail at once, and by phone when the index has it", async (t) => {
  const { api, simulator } = await connected(t);
  simulator.control.searchIndexLag(30_000);
  const ann = aPerson(1, { email: "ann@example.com" });
  const [made] = await createContact.perform(api, [ann]);
  assert.equal(made?.outcome, "created");

  const byPhone = { ...ann, input: { ...ann.input, email: null } };
  assert.equal((await matchContacts.find(api, [byPhone])).size, 0);
  assert.deepEqual((await matchContacts.find(api, [ann])).get(ann.key), {
    externalIds: [made.externalId],
    by: "email",
  });
  simulator.control.clock.advance(31_000);
  assert.deepEqual((await matchContacts.find(api, [byPhone])).get(ann.key), {
    externalIds: [made.externalId],
    by: "phone",
  });
});

test("numbers are matched however people typed them, and never across country codes", async (t) => {
  const { api, hub } = await connected(t);
  const first = hub.create("contacts", { firstname: "A", phone: "(407) 978-1001" });
  hub.create("contacts", { firstname: "B", mobilephone: "+44 4079781001" });
  const second = hub.create("contacts", { firstname: "C", mobilephone: "407.978.1001" });

  const matches = await matchContacts.find(api, [aPerson(1), aPerson(2)]);

  assert.deepEqual([...matches], [[aPerson(1).key, { externalIds: [first.id, second.id], by: "phone" }]]);
});

test("two hundred people are matched within the limits of a search", async (t) => {
  const { api, hub } = await connected(t);
  const people = Array.from({ length: 200 }, (_, index) => aPerson(index));
  for (const { input } of people) hub.create("contacts", { firstname: "A", phone: input.phone ?? "" });
  const matches = await matchContacts.find(api, people);
  assert.equal(matches.size, 200);
});

test("without the scope for the marker, an unanswered contact is found by phone once the index has it", async (t) => {
  const world = await aWorld(t);
  const token = world.simulator.control.addStaticToken({
    portalId: 33,
    scopes: ["crm.objects.contacts.read", "crm.objects.contacts.write"],
  });
  const api = await world.us.connect(withToken(token));
  assert.equal(api.connection.state.marker, false);
  world.simulator.control.fault({ kind: "commit-then-drop", match: { path: /batch\/create/ }, count: 1 });

  const first = await execute(api, createContact, [aPerson(1)], "new");
  const second = await execute(api, createContact, [aPerson(1)], "unsettled");

  assert.equal(first.get(aPerson(1).key)?.outcome, "failed");
  assert.equal(second.get(aPerson(1).key)?.outcome, "created");
  assert.equal(world.hub.count("contacts"), 1);
});

test("set-up finds its marker again, and only makes it once", async (t) => {
  const { api, us } = await connected(t);
  const again = await us.connect(withToken(defaults.staticToken));
  assert.equal(api.connection.state.marker, true);
  assert.deepEqual(again.connection.state, api.connection.state);
});

test("an e-mail that another contact has leads to that contact, alone and in a batch", async (t) => {
  const { api, hub } = await connected(t);
  const jane = hub.create("contacts", { email: "jane@example.com" });
  const people = [aPerson(1), aPerson(2, { email: "jane@example.com" }), aPerson(3)];
  const outcomes = await execute(api, createContact, people, "new");
  assert.deepEqual(
    [...outcomes.values()].map(({ outcome }) => outcome),
    ["created", "linked", "created"],
  );
  const linked = outcomes.get(aPerson(2).key);
  assert.equal(linked?.outcome === "linked" && linked.externalId, jane.id);
});

test("bad contacts of a batch fail each for itself, in the one request that makes the others", async (t) => {
  const { api, hub, simulator } = await connected(t);
  const bad = { fields: { no_such_property: "x" } };
  const people = [aPerson(1, bad), aPerson(2), aPerson(3, bad), aPerson(4, { email: "no address" }), aPerson(5)];

  const outcomes = await execute(api, createContact, people, "new");

  const codes = [...outcomes.values()].map((outcome) =>
    outcome.outcome === "failed" ? outcome.error.code : outcome.outcome,
  );
  assert.deepEqual(codes, ["provider.validation", "created", "provider.validation", "provider.validation", "created"]);
  assert.equal(simulator.control.requests().filter(({ path }) => path.includes("/contacts/batch/create")).length, 1);
  assert.equal(hub.count("contacts"), 2);
});

test("a key that was used before makes no second contact", async (t) => {
  const { api, hub } = await connected(t);
  await createContact.perform(api, [aPerson(1)]);
  const [again] = await createContact.perform(api, [aPerson(1)]);
  assert.equal(again?.outcome, "linked");
  assert.equal(hub.count("contacts"), 1);
});

test("an update changes mapped fields, and the note is on the contact with its owner", async (t) => {
  const { api, hub } = await connected(t);
  const jane = hub.create("contacts", { firstname: "Jane", city: "Austin" });
  const update = { contactId: jane.id, person: { ...aPerson(1).input, fields: { city: "Orlando" } } };
  const [updated] = await updateContact.perform(api, [{ key: "u", input: update }]);
  assert.equal(updated?.outcome, "updated");
  assert.equal(hub.get("contacts", jane.id)?.properties.city, "Orlando");
  assert.equal(hub.get("contacts", jane.id)?.properties.firstname, "Jane");

  const [noted] = await note.perform(api, [{ key: "n", input: { call: aCall(), contactId: jane.id } }]);
  assert.equal(noted?.outcome, "created");
  assert.deepEqual(hub.associated("contacts", jane.id, "notes"), [noted.externalId]);
  assert.match(hub.get("notes", noted.externalId)?.properties.hs_note_body ?? "", /Call ID: call_abc123/);
});

test("a contact that was deleted is gone, which is not the fault of the call's content", async (t) => {
  const { api, hub } = await connected(t, settings);
  const [jane, ann] = [
    hub.create("contacts", { firstname: "Jane" }),
    hub.create("contacts", { email: "ann@example.com" }),
  ];
  hub.archive("contacts", jane.id);
  const steps = [jane, ann].map(({ id }) => ({ key: id, input: { call: aCall({ call_id: id }), contactId: id } }));

  for (const action of [note, appointment, deal, workflow]) {
    const outcomes = await execute(api, action, steps, "new");
    const [gone, there] = [outcomes.get(jane.id), outcomes.get(ann.id)];
    assert.equal(gone?.outcome === "failed" && gone.error.code, "provider.not_found");
    assert.equal(there?.outcome, "created");
  }
});

test("an unanswered note is found among hundreds on the same contact", async (t) => {
  const { api, hub, simulator } = await connected(t);
  const jane = hub.create("contacts", { firstname: "Jane" });
  const units = Array.from({ length: 250 }, (_, index) => ({
    key: `n${index}`,
    input: { call: aCall({ call_id: `c${index}` }), contactId: jane.id },
  }));
  await execute(api, note, units, "new");
  simulator.control.fault({ kind: "commit-then-drop", match: { path: /notes\/batch\/create/ }, count: 1 });
  const late = [{ key: "late", input: { call: aCall({ call_id: "late" }), contactId: jane.id } }];
  await execute(api, note, late, "new");

  const [oldest] = units;
  assert.ok(oldest);
  const outcomes = await execute(api, note, [...late, oldest], "unsettled");

  assert.deepEqual(
    [...outcomes.values()].map(({ outcome }) => outcome),
    ["created", "created"],
  );
  assert.equal(hub.count("notes"), 251);
});

test("the simulator's signed webhooks are accepted and say which record changed", async (t) => {
  const { simulator } = await aWorld(t);
  const { url, received } = await listen(t);
  const app = simulator.control.addApp({ clientId: "app", clientSecret: "app-secret" });
  const subscriptions = [{ eventType: "contact.creation" }];
  simulator.control.webhooks(app.clientId, { targetUrl: `${url}/webhooks/hubspot?from=a%3Ab`, subscriptions });
  simulator.control.connect({ clientId: app.clientId, portalId: 33 });

  const contact = simulator.control.portal(33).create("contacts", { firstname: "Jane" });
  await simulator.control.webhooksIdle();

  const [request] = received;
  assert.ok(request && hubspot.webhooks);
  hubspot.webhooks.signature.verify(request, "app-secret", simulator.control.clock.now());
  assert.throws(() => hubspot.webhooks?.signature.verify(request, "another", simulator.control.clock.now()));
  const [part] = hubspot.webhooks.parse(request.body.toString());
  assert.equal(part?.accountId, "33");
  assert.deepEqual(hubspot.webhooks.toChange(part), {
    kind: "record_changed",
    record: "contact",
    externalId: contact.id,
  });
});
