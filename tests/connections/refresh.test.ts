import assert from "node:assert/strict";
import { test } from "node:test";
import { refreshChaos } from "../chaos/refresh.ts";

const serverUrl = process.env.TIELINE_TEST_DATABASE_URL;
if (!serverUrl && process.env.TIELINE_REQUIRE_SERVICES === "1")
  throw new Error("TIELINE_TEST_DATABASE_URL is required here.");

// The long run, 16 processes and 200 connections, is `npm run chaos -- refresh`.
test("processes killed while they refresh single-use tokens lose no connection", { skip: !serverUrl }, async () => {
  const report = await refreshChaos({ serverUrl: serverUrl ?? "", processes: 3, connections: 10, kills: 4, seed: 7 });

  assert.equal(report.kills, 4);
  assert.ok(report.refreshes > 10, `${report.refreshes}`);
  assert.equal(report.reused, 0);
  assert.equal(report.lost, 0);
});
