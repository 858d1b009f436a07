import assert from "node:assert/strict";
import net from "node:net";
import { after, before, suite, type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import { defaults } from "#simulators/hubspot";
import { aCall, type BrowserWorld, openPage, startWorld, whyNot } from "./world.ts";

/** Sooner than any page asks by itself while its stream is open (15 s), and than it asks without one (4 s). */
const soon = { timeout: 3_500 };

suite("pages that change by themselves", { skip: whyNot, timeout: 180_000 }, () => {
  let world: BrowserWorld;
  before(
    async () => {
      world = await startWorld();
      await world.api("POST", "/v1/connections", {
        provider: "hubspot",
        credentials: { access_token: defaults.staticToken },
        settings: {},
      });
      await world.api("POST", "/v1/calls", aCall({ call_id: "first" }));
    },
    { timeout: 60_000 },
  );
  after(() => world.stop());

  test("a call shows up and changes its state at once, without a reload", async () => {
    const { page, context, errors } = await openPage(world);
    await page.goto(`${world.url}/calls`);
    await isLive(page);
    let loads = 0;
    page.on("load", () => loads++);
    await world.api("POST", "/v1/calls", aCall({ call_id: "now", customer_name: "Nora Quick" }));

    await page.getByRole("button", { name: "1 new" }).waitFor(soon);
    await page.getByRole("button", { name: "1 new" }).click();
    const row = page.getByRole("row").filter({ hasText: "Nora Quick" });
    await row.getByText("Done").waitFor(soon);

    assert.equal(loads, 0);
    assert.deepEqual(errors, []);
    await context.close();
  });

  test("after the stream was cut and came back nothing is missing, and the mark says how it stands", async (t) => {
    const line = await startLine(t, world.url);
    const { page, context } = await openPage(world);
    await page.goto(`${line.url}/calls`);
    await isLive(page);

    line.cut();
    await page
      .locator("header")
      .getByText(/^(Polling|Delayed)$/)
      .waitFor();
    await world.api("POST", "/v1/calls", aCall({ call_id: "meanwhile", customer_name: "Milo Between" }));
    const resumed = page.waitForRequest((one) => one.url().endsWith("/v1/events/stream"));
    line.mend();
    assert.match((await resumed).headers()["last-event-id"] ?? "", /^\d+-\d+$/);
    await isLive(page);

    await page.getByRole("button", { name: "1 new" }).click(soon);
    await page.getByRole("row").filter({ hasText: "Milo Between" }).getByText("Done").waitFor(soon);
    await context.close();
  });

  test("a window that nobody sees has no stream, and catches up once it is seen", async () => {
    const { page, context } = await openPage(world);
    await page.goto(`${world.url}/calls`);
    await isLive(page);

    const ended = page.waitForEvent("requestfailed", (one) => one.url().endsWith("/v1/events/stream"));
    await show(page, false);
    await ended;
    await world.api("POST", "/v1/calls", aCall({ call_id: "unseen", customer_name: "Una Seen" }));
    await show(page, true);

    await isLive(page);
    await page.getByRole("button", { name: "1 new" }).waitFor(soon);
    await context.close();
  });

  test("a browser has one stream, however many windows show the tenant", async () => {
    const { page, context } = await openPage(world);
    let streams = 0;
    context.on("request", (request) => {
      if (request.url().endsWith("/v1/events/stream")) streams++;
    });
    const second = await context.newPage();
    await page.goto(`${world.url}/calls`);
    await second.goto(`${world.url}/integrations`);
    await Promise.all([isLive(page), isLive(second)]);
    assert.equal(streams, 1);

    await page.close();
    await second.goto(`${world.url}/calls`);
    await isLive(second);
    await world.api("POST", "/v1/calls", aCall({ call_id: "later", customer_name: "Lena After" }));
    await second.getByRole("button", { name: "1 new" }).waitFor(soon);
    await context.close();
  });

  /** The stream is open, and what came before it is shown. */
  async function isLive(page: Page): Promise<void> {
    await page.locator("header").getByText("Live", { exact: true }).waitFor();
    if (page.url().endsWith("/calls")) await page.getByRole("row").filter({ hasText: "Jane Smith" }).first().waitFor();
  }
});

/** As a browser does it when its window is covered. */
async function show(page: Page, isSeen: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, !isSeen);
}

/** A line to the product that can be cut and mended. */
async function startLine(t: TestContext, to: string) {
  const sockets = new Set<net.Socket>();
  let isCut = false;
  const server = net.createServer((near) => {
    if (isCut) return near.destroy();
    const far = net.connect(Number(new URL(to).port), "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  t.after(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `http://${new URL(to).hostname}:${port}`,
    cut,
    mend() {
      isCut = false;
    },
  };
}
