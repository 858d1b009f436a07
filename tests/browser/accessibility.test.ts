import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, suite, test } from "node:test";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { defaults } from "#simulators/hubspot";
import { aCall, type BrowserWorld, hostKey, openPage, picture, startWorld, whyNot } from "./world.ts";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const looks = (["light", "dark"] as const).flatMap((theme) => [1280, 390].map((width) => ({ theme, width })));

suite("every page, in both themes and widths, is usable by everybody", { skip: whyNot, timeout: 180_000 }, () => {
  let world: BrowserWorld;
  let full = "";
  let empty = "";
  let places: [name: string, path: string, shows: string][] = [];

  before(
    async () => {
      world = await startWorld();
      const hubspot = await world.api("POST", "/v1/connections", {
        provider: "hubspot",
        credentials: { access_token: defaults.staticToken },
        settings: { sync_conditions: { call_outcome: ["appointment_booked"] } },
      });
      const zapier = await world.api("POST", "/v1/connections", {
        provider: "zapier",
        credentials: { webhook_url: world.zapier.control.addHook() },
      });
      await world.api("POST", `/v1/connections/${zapier.id}/pause`, {});
      const call = await world.api("POST", "/v1/calls", aCall({ call_id: "booked" }));
      await world.api("POST", "/v1/calls", aCall({ call_id: "mailbox", call_outcome: "voicemail" }));
      const { data } = await world.api("GET", "/v1/tenants", undefined, hostKey);
      const idOf = (name: string) => data.find((tenant: { name: string }) => tenant.name === name).id;
      full = idOf("Ridge Roofing");
      empty = idOf("New Electric");
      places = [
        ["status", "/", "Status"],
        ["integrations", "/integrations", "Integrations"],
        ["connect-oauth", "/integrations?connect=hubspot", "Connect HubSpot"],
        ["connect-form", "/integrations?connect=zapier", "Connect Zapier"],
        ["connected", `/integrations?connected=${hubspot.id}`, "HubSpot is connected"],
        ["connection", `/connections/${hubspot.id}`, "About"],
        ["connection-activity", `/connections/${hubspot.id}?tab=activity`, "Why"],
        ["connection-settings", `/connections/${hubspot.id}?tab=settings`, "Save settings"],
        ["connection-inbound", `/connections/${hubspot.id}?tab=inbound`, "Received"],
        ["calls", "/calls", "Every finished call"],
        ["call", `/calls/${call.id}`, "What was said"],
        ["trace", "/trace?q=booked", "Read as a call id"],
        ["trace-nothing", "/trace?q=nobody", "never reached us"],
        ["inbound", "/webhooks/inbound", "What providers sent us"],
        ["keys", "/developers/keys", "What your servers sign in with"],
        ["not-found", "/no/such/page", "There is no page at this address"],
      ];
    },
    { timeout: 60_000 },
  );
  after(() => world.stop());

  for (const look of looks) {
    test(`with data, ${look.theme}, ${look.width} px wide`, () => check(look, () => places, full));
    test(`empty, ${look.theme}, ${look.width} px wide`, () => check(look, roomsOnly, empty, "empty-"));
    test(`failing, ${look.theme}, ${look.width} px wide`, () => check(look, roomsOnly, full, "failing-", fail));
  }

  test("nothing scrolls sideways at 320 px", async () => {
    const { page, context } = await openPage(world, { width: 320, key: hostKey });
    for (const [name, path, shows] of places) {
      await open(page, path, full, shows);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${name} is ${over} px too wide.`);
    }
    await context.close();
  });

  const roomsOnly = () =>
    places.filter(([, path]) => ["/", "/integrations", "/calls", "/developers/keys"].includes(path));

  async function check(
    look: (typeof looks)[number],
    wanted: () => typeof places,
    tenant: string,
    prefix = "",
    prepare?: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { page, context, errors } = await openPage(world, { ...look, key: hostKey });
    await page.addInitScript(axe);
    await prepare?.(page);
    const found: string[] = [];
    for (const [name, path, shows] of wanted()) {
      await open(page, path, tenant, shows);
      await picture(page, `${prefix}${name}-${look.theme}-${look.width}`);
      for (const { id, nodes } of await violations(page))
        found.push(
          ...nodes.map(({ target, failureSummary }) => `${prefix}${name}: ${id} at ${target} (${failureSummary})`),
        );
    }
    assert.deepEqual(found, []);
    assert.deepEqual(errors, []);
    await context.close();
  }

  /** Moves within the app, as a link would: many times quicker than loading it again. */
  async function open(page: Page, path: string, tenant: string, shows: string): Promise<void> {
    const where = `${path}${path.includes("?") ? "&" : "?"}tenant=${tenant}`;
    if (page.url() === "about:blank") await page.goto(`${world.url}/no/such/start?tenant=${tenant}`);
    await page.evaluate((next) => history.pushState({}, "", next), where);
    const settled = page.waitForFunction(
      ([next, text]) =>
        location.pathname + location.search === next &&
        document.body.textContent.includes(text as string) &&
        !document.querySelector("[aria-busy=true]"),
      [where, shows],
    );
    await settled.catch(async (cause) => {
      await picture(page, "not-settled");
      throw new Error(`${where} did not settle; the page is at ${page.url()}.`, { cause });
    });
  }

  async function violations(page: Page): Promise<AxeResults["violations"]> {
    const results = (await page.evaluate(
      (tags) =>
        (globalThis as unknown as { axe: { run(where: Document, how: object): Promise<unknown> } }).axe.run(document, {
          runOnly: tags,
          resultTypes: ["violations"],
        }),
      rules,
    )) as AxeResults;
    return results.violations;
  }
});

/** Lists answer as a database that is down; the session still holds. */
async function fail(page: Page): Promise<void> {
  const problem = {
    type: "/docs/errors/db.unavailable",
    title: "The database cannot be reached.",
    status: 503,
    detail: "It does not answer.",
    code: "db.unavailable",
    request_id: "req_1",
    retryable: false,
    action: "Try again in a moment.",
  };
  await page.route(/\/v1\/(?!session|tenants)/, (route) => route.fulfill({ status: 503, json: problem }));
}
