import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Client } from "@hubspot/api-client";
import { Retell } from "retell-sdk";
import { sign } from "retell-sdk/lib/webhook_auth";
import { defaults as hubspotDefaults } from "#simulators/hubspot";
import { buildCall, defaults as retellDefaults } from "#simulators/retell";
import { createWorld, enginesHere, eventually } from "../harness/world.ts";

for (const engine of enginesHere()) {
  describe(`the first call on ${engine}`, () => {
    test("a webhook that Retell's own SDK signed becomes a contact and a note that HubSpot's own SDK reads back", async (t) => {
      const world = await createWorld(t, engine, { settings: { workflow_id: "7000001" } });
      const call = buildCall({ retell_llm_dynamic_variables: { timezone: "America/New_York" } });
      const body = JSON.stringify({ event: "call_analyzed", call });
      const signature = await sign(body, retellDefaults.apiKey);
      const { webhook_url } = await world.connection("retell");

      const answer = await fetch(webhook_url, {
        method: "POST",
        headers: { "content-type": "application/json", "x-retell-signature": signature },
        body,
      });

      assert.equal(answer.status, 204);
      assert.ok(await Retell.verify(body, retellDefaults.apiKey, signature));
      await eventually(
        () => world.request("GET", `/v1/trace?q=${call.call_id}`),
        ({ body: trace }) => {
          const paths = (trace as { calls: { paths: { state: string }[] }[] }).calls[0]?.paths ?? [];
          return paths.length === 2 && paths.every(({ state }) => state === "done");
        },
      );
      const hubspot = new Client({ accessToken: hubspotDefaults.staticToken, basePath: world.hubspot.url });
      const { results } = await hubspot.crm.contacts.basicApi.getPage(100, undefined, [
        "firstname",
        "lastname",
        "phone",
        "email",
      ]);
      assert.deepEqual(
        results.map(({ properties }) => [
          properties.firstname,
          properties.lastname,
          properties.phone,
          properties.email,
        ]),
        [["Jane", "Smith", "+14079780655", "jane@example.com"]],
      );
      const contactId = results[0]?.id ?? "";
      const associated = await hubspot.crm.associations.v4.basicApi.getPage("contacts", contactId, "notes");
      assert.equal(associated.results.length, 1);
      const note = await hubspot.crm.objects.notes.basicApi.getById(String(associated.results[0]?.toObjectId), [
        "hs_note_body",
      ]);
      const text = note.properties.hs_note_body ?? "";
      assert.match(text, /booked February 20th at 2 PM/);
      assert.match(text, new RegExp(`href="https://recordings.example.com/${call.call_id}/recording.wav"`));
      assert.match(text, new RegExp(call.call_id));
      const meetings = world.hubspot.control.portal().list("meetings");
      assert.deepEqual(
        meetings.map(({ properties }) => properties.hs_meeting_start_time),
        ["2026-02-20T19:00:00.000Z"],
      );
      assert.equal(world.hubspot.control.portal().enrollments().length, 1);
      assert.equal(world.zapier.control.deliveries.count(), 1);
    });

    test("1,000 concurrent calls from one unknown number make one contact and 1,000 notes, with a search index 30 s behind", async (t) => {
      const world = await createWorld(t, engine, {
        providers: ["hubspot"],
        hubspot: { searchIndexLagMs: 30_000, limits: "off" },
        env: { TIELINE_HUBSPOT_RATE_LIMIT: "off" },
      });

      const answers = await Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          world.request("POST", "/v1/calls", {
            call: {
              call_id: `call_${index}`,
              agent_id: "agent_demo",
              customer_phone: "(407) 978-0655",
              call_summary: `Call ${index}`,
            },
          }),
        ),
      );

      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]));
      const portal = world.hubspot.control.portal();
      await eventually(
        () => portal.count("notes"),
        (notes) => notes >= 1_000,
        60_000,
      );
      assert.equal(portal.count("contacts"), 1);
      assert.equal(
        new Set(portal.list("notes").map(({ properties }) => /Call ID: (\w+)/.exec(properties.hs_note_body ?? "")?.[1]))
          .size,
        1_000,
      );
    });
  });
}
