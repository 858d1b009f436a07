import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Client } from "@hubspot/api-client";
import { defaults as hubspotDefaults } from "#simulators/hubspot";
import { createWorld, enginesHere, eventually, type World } from "../harness/world.ts";

const call = {
  call_id: "call_1",
  agent_id: "agent_demo",
  customer_name: "Jane Smith",
  customer_phone: "(407) 978-0655",
  call_summary: "Wants a roof inspection",
};
const sms = {
  message_id: "sms_1",
  agent_id: "agent_demo",
  conversation_id: "conv_1",
  direction: "inbound",
  customer_phone: "+1 407 978 0655",
  text: "Can you come on Friday instead? <3",
  sent_at: "2026-02-16T09:12:00Z",
};

const settled = (world: World, path: string) =>
  eventually(
    () => world.request("GET", path),
    ({ body }) => (body as { sync_state: string }).sync_state === "done",
  );

for (const engine of enginesHere()) {
  describe(`text messages on ${engine}`, () => {
    test("an SMS lands as one note on the contact that an earlier call made, though it is sent twice and the answer is lost", async (t) => {
      const world = await createWorld(t, engine, { providers: ["hubspot", "zapier"] });
      await world.request("POST", "/v1/calls", { call });
      await settled(world, "/v1/calls/call_1");
      world.hubspot.control.fault({ kind: "commit-then-drop", match: { path: /notes\/batch\/create/ }, count: 1 });

      const first = await world.request("POST", "/v1/messages", { action: "message_logged", message: sms });
      const again = await world.request("POST", "/v1/messages", sms);
      const other = await world.request("POST", "/v1/messages", { ...sms, text: "Never mind" });

      assert.deepEqual([first.status, again.status, other.status], [202, 200, 409]);
      assert.equal((other.body as { code: string }).code, "message.conflict");
      await settled(world, "/v1/messages/sms_1");
      const hubspot = new Client({ accessToken: hubspotDefaults.staticToken, basePath: world.hubspot.url });
      const { results: contacts } = await hubspot.crm.contacts.basicApi.getPage(100);
      assert.equal(contacts.length, 1);
      const { results: notes } = await hubspot.crm.objects.notes.basicApi.getPage(
        100,
        undefined,
        ["hs_note_body", "hs_timestamp"],
        undefined,
        ["contacts"],
      );
      assert.equal(notes.length, 2);
      const note = notes.find(({ properties }) => properties.hs_note_body?.includes("SMS received:"));
      assert.match(note?.properties.hs_note_body ?? "", /come on Friday instead\? &lt;3.*Message ID: sms_1<\/p>$/);
      assert.equal(new Date(note?.properties.hs_timestamp ?? "").toISOString(), "2026-02-16T09:12:00.000Z");
      assert.equal(note?.associations?.contacts?.results[0]?.id, contacts[0]?.id);

      const posts = world.zapier.control.deliveries.list().flatMap(({ runs }) => runs) as {
        action: string;
        message?: { text: string; customer_phone: string };
      }[];
      assert.deepEqual(
        posts.map(({ action }) => action),
        ["call_completed", "message_logged"],
      );
      assert.deepEqual([posts[1]?.message?.text, posts[1]?.message?.customer_phone], [sms.text, "+14079780655"]);

      const syncs = (await world.request("GET", "/v1/messages/sms_1/syncs")).body as {
        data: { provider: string; steps: { step: string; outcome: string; external_id: string }[] }[];
      };
      const steps = syncs.data.find(({ provider }) => provider === "hubspot")?.steps ?? [];
      assert.deepEqual(
        steps.map(({ step, outcome, external_id }) => [step, outcome, external_id]),
        [
          ["contact", "linked", contacts[0]?.id],
          ["message", "created", note?.id],
        ],
      );
      const trace = (await world.request("GET", "/v1/trace?q=%2B14079780655")).body as {
        kind: string;
        calls: { call_id: string }[];
        messages: { message_id: string; paths: { state: string }[] }[];
      };
      assert.deepEqual(
        [trace.kind, trace.calls[0]?.call_id, trace.messages[0]?.message_id],
        ["phone", "call_1", "sms_1"],
      );
      assert.deepEqual(
        trace.messages[0]?.paths.map(({ state }) => state),
        ["done", "done"],
      );
    });

    test("200 messages and calls at once from one unknown number make one contact and a note each", async (t) => {
      const world = await createWorld(t, engine, {
        providers: ["hubspot"],
        hubspot: { searchIndexLagMs: 30_000, limits: "off" },
        env: { TIELINE_HUBSPOT_RATE_LIMIT: "off" },
      });

      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          index % 2 === 0
            ? world.request("POST", "/v1/messages", { ...sms, message_id: `sms_${index}` })
            : world.request("POST", "/v1/calls", { ...call, call_id: `call_${index}` }),
        ),
      );

      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]));
      const portal = world.hubspot.control.portal();
      await eventually(
        () => portal.count("notes"),
        (notes) => notes >= 200,
      );
      assert.equal(portal.count("contacts"), 1);
      const references = portal
        .list("notes")
        .map(({ properties }) => /\w+ ID: \w+(?=<\/p>$)/.exec(properties.hs_note_body ?? "")?.[0]);
      assert.equal(new Set(references).size, 200);
    });
  });
}
