import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock, createRandom, createWebhookSender, startReceiver } from "./index.ts";

test("a provider may say which failures are tried again, and hears how each attempt ended", async (t) => {
  const statuses = [429, 503];
  const receiver = await startReceiver(t, (index) => statuses[index] ?? 200);
  const clock = createClock(() => 0);
  const sender = createWebhookSender({ clock, random: createRandom(1) });
  t.after(() => clock.close());
  const ended: Array<[attempt: number, status: number]> = [];
  sender.send({
    url: receiver.url,
    timeoutMs: 60_000,
    retryDelaysMs: [1_000, 1_000, 1_000],
    retries: (status) => status === 429,
    settled: (attempt, status) => ended.push([attempt, status]),
    write: () => ({ body: "{}", headers: {} }),
  });
  for (let round = 0; round < 3; round++) {
    await sender.idle();
    clock.advance(1_000);
  }
  assert.deepEqual(ended, [
    [0, 429],
    [1, 503],
  ]);
});
