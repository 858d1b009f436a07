import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { aCall, type BrowserWorld, openPage, picture, startWorld, tenantKey, whyNot } from "./world.ts";

suite("connecting and repairing, by keyboard alone", { skip: whyNot, timeout: 180_000 }, () => {
  let world: BrowserWorld;
  before(
    async () => {
      world = await startWorld();
    },
    { timeout: 60_000 },
  );
  after(() => world.stop());

  test("a page without a sign-in leads to it, and back to where it was", async () => {
    const { page, errors } = await openPage(world, { key: "" });
    await page.goto(`${world.url}/calls?sync_state=dead`);
    const key = page.getByLabel("API key");
    await key.fill("tl_nobody_has_this_key_here");
    await key.press("Enter");
    await page.getByText("The key is missing or not valid.").or(page.locator("[aria-invalid=true]")).first().waitFor();
    await key.fill(`  ${tenantKey} `);
    await key.press("Enter");
    await page.getByRole("heading", { name: "Calls", level: 1 }).waitFor();
    assert.equal(new URL(page.url()).search, "?sync_state=dead");
    assert.deepEqual(errors, []);
    await page.context().close();
  });

  test("HubSpot is connected through its own pages, tested by itself, and shows as connected", async () => {
    const { page, context, errors } = await openPage(world);
    await page.goto(world.url);
    await page.getByRole("heading", { name: "Status", level: 1 }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await page.getByRole("heading", { name: "Integrations", level: 1 }).waitFor();
    await tabTo(page, "Connect HubSpot");
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog", { name: "Connect HubSpot" });
    await sheet.getByText("Deletes anything in your account").waitFor();
    assert.equal(new URL(page.url()).searchParams.get("connect"), "hubspot");
    await picture(page, "connect-hubspot");

    const popup = context.waitForEvent("page");
    await tabTo(page, "Continue to HubSpot");
    await page.keyboard.press("Enter");
    const consent = await popup;
    await tabTo(consent, "Approve");
    await consent.keyboard.press("Enter");

    const done = page.getByRole("dialog", { name: "HubSpot is connected" });
    await done.getByText("Everything works").waitFor();
    await picture(page, "connected-hubspot");
    await page.keyboard.press("Escape");
    await page.getByRole("article").getByText("Connected", { exact: true }).waitFor();
    const { data } = await world.api("GET", "/v1/connections");
    assert.deepEqual([data.length, data[0].provider, data[0].status], [1, "hubspot", "connected"]);
    assert.deepEqual(errors, []);
    await context.close();
  });

  test("a wrong address for Zapier is explained beside its field; the right one may carry spaces", async () => {
    const { page, context } = await openPage(world);
    await page.goto(`${world.url}/integrations?connect=zapier`);
    const field = page.getByLabel("Webhook URL");
    await field.fill("not an address");
    await field.press("Enter");
    await page.locator("[aria-invalid=true]:focus").waitFor();
    await page.getByText("must be a whole address").waitFor();
    await field.fill("https://example.com/elsewhere");
    await field.press("Enter");
    await page.locator("[aria-invalid=true]:focus").waitFor();
    assert.match((await page.locator("[aria-invalid=true]").getAttribute("aria-describedby")) ?? "", /error/);

    await field.fill(`  ${world.zapier.control.addHook()} \n`);
    await field.press("Enter");
    await page.getByRole("dialog", { name: "Zapier is connected" }).waitFor();
    await context.close();
  });

  test("a revoked sign-in is repaired from the first page, and what waited goes through", async () => {
    world.hubspot.control.revoke({});
    const { id } = await world.api("POST", "/v1/calls", aCall({ call_id: "while-revoked" }));
    const { page, context } = await openPage(world);
    await page.goto(world.url);
    await page.getByText(/HubSpot.*needs reauth/).waitFor({ timeout: 20_000 });
    await picture(page, "needs-reauth");
    const popup = context.waitForEvent("page");
    await tabTo(page, "Reconnect HubSpot");
    await page.keyboard.press("Enter");
    const consent = await popup;
    await tabTo(consent, "Approve");
    await consent.keyboard.press("Enter");
    await page.getByText("Nothing needs attention").waitFor({ timeout: 20_000 });
    await page.goto(`${world.url}/calls/${id}`);
    await page.getByRole("heading", { level: 1 }).getByText("Done").waitFor({ timeout: 20_000 });
    assert.equal(world.hubspot.control.portal().count("notes"), 1);
    await context.close();
  });

  test("a disconnect says what stops and what stays, and can be undone", async () => {
    const { page, context } = await openPage(world);
    const { data } = await world.api("GET", "/v1/connections?provider=zapier");
    await page.goto(`${world.url}/connections/${data[0].id}`);
    await tabTo(page, "Disconnect");
    await page.keyboard.press("Enter");
    const question = page.getByRole("dialog", { name: "Disconnect Zapier?" });
    await question.getByText("The Zap stays in Zapier").waitFor();
    await tabTo(page, "Disconnect Zapier");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1 }).getByText("Disconnected").waitFor();
    await page.getByRole("button", { name: "Reconnect Zapier" }).waitFor();
    await context.close();
  });
});

/** Presses Tab until the control with this name has the focus: it must be reachable, and its focus must be seen. */
async function tabTo(page: Page, name: string): Promise<void> {
  const control = page
    .getByRole("button", { name, exact: true })
    .or(page.getByRole("link", { name, exact: true }))
    .first();
  await control.waitFor();
  const hasFocus = () => control.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 80; presses++) {
    if (await hasFocus()) {
      const outline = await control.evaluate((element) => getComputedStyle(element).outlineStyle);
      assert.notEqual(outline, "none", `The focus of “${name}” cannot be seen.`);
      return;
    }
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never reached “${name}”.`);
}
