import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { defaults } from "#simulators/hubspot";
import { buildCall, defaults as retellDefaults, signWebhook } from "#simulators/retell";
import { aCall, type BrowserWorld, openPage, picture, startWorld, whyNot } from "./world.ts";

suite("calls and where they stopped", { skip: whyNot, timeout: 180_000 }, () => {
  let world: BrowserWorld;
  before(
    async () => {
      world = await startWorld();
      await world.api("POST", "/v1/connections", {
        provider: "hubspot",
        credentials: { access_token: defaults.staticToken },
        settings: { sync_conditions: { call_outcome: ["appointment_booked"] } },
      });
      await world.api("POST", "/v1/calls", aCall({ call_id: "booked" }));
      await world.api(
        "POST",
        "/v1/calls",
        aCall({
          call_id: "mailbox",
          call_outcome: "voicemail",
          customer_name: "Marcus Webb",
          customer_phone: "+13125550142",
        }),
      );
      await settled("booked");
      await settled("mailbox");
    },
    { timeout: 60_000 },
  );
  after(() => world.stop());

  async function settled(id: string): Promise<void> {
    while ((await world.api("GET", `/v1/calls/${id}`)).sync_state === "waiting")
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  test("a filter is in the address, and a row opens by j and Enter", async () => {
    const { page, context, errors } = await openPage(world);
    await page.goto(`${world.url}/calls`);
    await page.getByRole("link", { name: "Marcus Webb" }).waitFor();
    await page.getByLabel("State").selectOption("done");
    await page.getByRole("link", { name: "Marcus Webb" }).waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).search, "?sync_state=done");
    await page.reload();
    await page.getByRole("link", { name: "Jane Smith" }).waitFor();
    await page.locator("h1").click();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /Jane Smith/, level: 1 }).waitFor();
    assert.deepEqual(errors, []);
    await context.close();
  });

  test("a call that arrived shows every station and links to its records in HubSpot", async () => {
    const { page, context } = await openPage(world);
    const [path] = (await world.api("GET", "/v1/trace?q=booked")).calls[0].paths;
    assert.equal(path.state, "done");
    const { id } = await world.api("GET", "/v1/calls/booked");
    await page.goto(`${world.url}/calls/${id}`);
    const stations = page.getByRole("list", { name: "Stations" }).getByRole("listitem");
    await stations.first().waitFor();
    assert.deepEqual(
      (await stations.allTextContents()).map(
        (text) => text.match(/^(Received|Eligible|Matched|Mapped|Sent|Answered|Confirmed)/)?.[0],
      ),
      ["Received", "Eligible", "Matched", "Mapped", "Sent", "Answered", "Confirmed"],
    );
    const contact = page.getByRole("link", { name: /Open contact in HubSpot/ });
    const [stored] = world.hubspot.control.portal().findBy("contacts", "phone", "+14079780655");
    assert.ok((await contact.getAttribute("href"))?.includes(String(stored?.id)));
    await page.getByText("Transcript").click();
    await page.getByText("We have a leak above the garage.").waitFor();
    await picture(page, "call-done");
    await context.close();
  });

  test("a call that a rule left out says which, and goes through on request", async () => {
    const { page, context } = await openPage(world);
    const { id } = await world.api("GET", "/v1/calls/mailbox");
    await page.goto(`${world.url}/calls/${id}`);
    await page.getByText(/Left out of HubSpot/).waitFor();
    await picture(page, "call-skipped");
    await page.getByRole("button", { name: "Sync this one anyway" }).click();
    await page.getByRole("heading", { level: 1 }).getByText("Done").waitFor({ timeout: 20_000 });
    assert.equal(world.hubspot.control.portal().count("notes"), 2);
    await context.close();
  });

  test("any phone pasted into the search leads to the trace; an unknown id is answered with the request that sends it", async () => {
    const { page, context } = await openPage(world);
    await page.goto(world.url);
    await page.getByRole("heading", { name: "Status", level: 1 }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search and trace" }).fill("+14079780655");
    await page.keyboard.press("Enter");
    await page.getByText("Read as a phone number: one call").waitFor();
    await page.getByLabel("Id, phone or e-mail").fill("call_nobody_sent");
    await page.keyboard.press("Enter");
    await page.getByText("“call_nobody_sent” never reached us").waitFor();
    await page.getByText(/curl .*\/v1\/calls/).waitFor();
    await picture(page, "trace-never-received");
    await context.close();
  });

  test("a webhook shows what it led to, and can be handled again", async () => {
    const { webhook_url } = await world.api("POST", "/v1/connections", {
      provider: "retell",
      credentials: { api_key: retellDefaults.apiKey },
      webhook_secret: retellDefaults.apiKey,
    });
    const call = buildCall({ agent_id: "front", call_id: "from_retell" });
    const body = JSON.stringify({ event: "call_analyzed", call });
    const answer = await fetch(webhook_url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-retell-signature": signWebhook(body, retellDefaults.apiKey, Date.now()),
      },
      body,
    });
    assert.ok(answer.ok, `The webhook was answered ${answer.status}.`);
    const { page, context } = await openPage(world);
    await page.goto(world.url);
    await page.getByRole("link", { name: "Inbound log" }).first().click();
    const row = page.getByRole("row").filter({ hasText: "call_analyzed" });
    await row.getByText("Done").waitFor();
    await picture(page, "inbound-log");
    await row.getByRole("button", { name: "Replay" }).click();
    await page.getByText("The event is handled again").first().waitFor();
    const { data } = await world.api("GET", "/v1/calls?q=from_retell");
    assert.equal(data.length, 1);
    await context.close();
  });

  test("rows that are new wait behind a pill, and rows that change do so in place", async () => {
    const { page, context } = await openPage(world);
    await page.goto(`${world.url}/calls`);
    const rows = page.getByRole("row");
    await page.getByRole("link", { name: "Jane Smith" }).first().waitFor();
    const before = await rows.count();
    await world.api("POST", "/v1/calls", aCall({ call_id: "later", customer_name: "Late Caller" }));
    const pill = page.getByRole("button", { name: "1 new" });
    await pill.waitFor();
    assert.equal(await rows.count(), before);
    await pill.click();
    await page.getByRole("link", { name: "Late Caller" }).waitFor();
    await context.close();
  });

  test("a part that fails says so with its request id while the rest works, and recovers by Retry", async () => {
    const { page, context } = await openPage(world);
    const problem = {
      type: "/docs/errors/db.unavailable",
      title: "The database cannot be reached.",
      status: 503,
      detail: "It does not answer.",
      code: "db.unavailable",
      request_id: "req_of_this_failure",
      retryable: true,
      action: "Try again in a moment.",
    };
    await page.route("**/v1/calls?*", (route) => route.fulfill({ status: 503, json: problem }));
    await page.goto(world.url);
    await page.getByText("The latest calls cannot be shown: the database cannot be reached.").waitFor();
    await page.getByText("req_of_this_failure").waitFor();
    await page.getByText("Nothing needs attention").waitFor();
    await page.unroute("**/v1/calls?*");
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByRole("link", { name: "Jane Smith" }).first().waitFor();
    await context.close();
  });
});
