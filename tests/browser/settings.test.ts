import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { defaults } from "#simulators/hubspot";
import { type BrowserWorld, openPage, startWorld, whyNot } from "./world.ts";

suite("settings of a connection, and keys", { skip: whyNot, timeout: 180_000 }, () => {
  let world: BrowserWorld;
  let id = "";
  before(
    async () => {
      world = await startWorld();
      const connection = await world.api("POST", "/v1/connections", {
        provider: "hubspot",
        credentials: { access_token: defaults.staticToken },
      });
      id = connection.id;
    },
    { timeout: 60_000 },
  );
  after(() => world.stop());

  test("a mapping is written in rows, and nothing else is written down with it", async () => {
    const { page, context } = await openPage(world);
    await page.goto(`${world.url}/connections/${id}?tab=settings`);
    await page.getByRole("button", { name: "Add field" }).click();
    await page.getByLabel("Call field, row 1").fill("call_outcome");
    await page.getByLabel("Provider field, row 1").fill(" hs_lead_status ");
    const sent = page.waitForRequest((request) => request.method() === "PATCH");
    await page.getByRole("button", { name: "Save settings" }).click();
    const mapping = { field_mappings: { call_outcome: "hs_lead_status" } };
    assert.deepEqual((await sent).postDataJSON(), { name: null, role: "everything", settings: mapping });
    await page.getByText("Settings are saved").first().waitFor();
    const { settings } = await world.api("GET", `/v1/connections/${id}`);
    assert.deepEqual(settings.field_mappings, mapping.field_mappings);
    await context.close();
  });

  test("an edit that is overtaken by another is refused, and says so before it is lost", async () => {
    const { page, context } = await openPage(world);
    await page.goto(`${world.url}/connections/${id}?tab=settings`);
    const name = page.getByLabel("Name");
    await name.fill("Mine");
    await world.api("PATCH", `/v1/connections/${id}`, { name: "Theirs" });
    await page.getByText("Somebody else changed these settings").waitFor();
    await page.getByRole("button", { name: "Save settings" }).click();
    await page.getByText("request.precondition_failed").or(page.getByRole("alert")).first().waitFor();
    assert.equal((await world.api("GET", `/v1/connections/${id}`)).name, "Theirs");
    await page.getByRole("button", { name: "Load their version" }).click();
    assert.equal(await name.inputValue(), "Theirs");
    await context.close();
  });

  test("a key is shown once, when it is issued, and stops working when it is revoked", async () => {
    const { page, context } = await openPage(world);
    await page.goto(`${world.url}/developers/keys`);
    await page.getByRole("button", { name: "Issue key" }).click();
    await page.getByLabel("Name").fill("Call server");
    await page.getByRole("dialog").getByRole("button", { name: "Issue key" }).click();
    const secret = (await page.getByText(/^tl_[\w-]{20,}$/).textContent()) ?? "";
    assert.equal((await world.api("GET", "/v1/session", undefined, secret)).key.name, "Call server");
    await page.reload();
    await page.getByText("Call server").first().waitFor();
    assert.ok(!(await page.content()).includes(secret));
    await page.getByRole("button", { name: "Revoke Call server" }).click();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await page.getByText("Revoked", { exact: true }).waitFor();
    await assert.rejects(world.api("GET", "/v1/session", undefined, secret), /401/);
    await context.close();
  });
});
