import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDb, forEachEngine } from "./test-db.ts";

test("two test databases know nothing of each other", async (t) => {
  const [first, second] = await Promise.all([createTestDb(t), createTestDb(t)]);
  await first.asOwner((tx) => tx.query("create table mine (n int)"));

  await assert.rejects(
    second.asOwner((tx) => tx.query("select n from mine")),
    { code: "42P01" },
  );
});

test("without a server the suites run on the embedded engine, unless the services are required", (t) => {
  const { TIELINE_TEST_DATABASE_URL: url, TIELINE_REQUIRE_SERVICES: required } = process.env;
  t.after(() =>
    Object.assign(process.env, {
      ...(url && { TIELINE_TEST_DATABASE_URL: url }),
      ...(required && { TIELINE_REQUIRE_SERVICES: required }),
    }),
  );
  const enginesSeen = () => {
    const engines: string[] = [];
    forEachEngine((engine) => engines.push(engine));
    return engines;
  };

  process.env.TIELINE_TEST_DATABASE_URL = "postgres://somewhere/else";
  assert.deepEqual(enginesSeen(), ["pglite", "postgres"]);
  delete process.env.TIELINE_TEST_DATABASE_URL;
  delete process.env.TIELINE_REQUIRE_SERVICES;
  assert.deepEqual(enginesSeen(), ["pglite"]);
  process.env.TIELINE_REQUIRE_SERVICES = "1";
  assert.throws(enginesSeen, /TIELINE_TEST_DATABASE_URL is required/);
  delete process.env.TIELINE_REQUIRE_SERVICES;
});
