import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { createConnectors } from "#connectors";
import { ConfigError, readConfig } from "./config.ts";
import { readEncryptionKeys } from "./encryption-keys.ts";
import { describeError } from "./log.ts";
import { readProviders } from "./providers.ts";

const problemsOf = (environment: Record<string, string>): string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
};

test("without any setting everything has a default", () => {
  const config = readConfig({});
  assert.equal(config.PORT, 3000);
  assert.equal(config.TIELINE_ROLE, "all");
  assert.deepEqual(config.providers.hubspot, {});
});

test("every wrong setting is told at once, by its name and without its value", () => {
  const problems = problemsOf({
    PORT: "x",
    CRON_SECRET: "short",
    TIELINE_HUBSPOT_BASE_URL: "not a url",
    LOG_LEVEL: "loud",
  });
  assert.deepEqual(
    problems.map((problem) => problem.split(":")[0]),
    ["PORT", "CRON_SECRET", "LOG_LEVEL", "TIELINE_HUBSPOT_BASE_URL"],
  );
  assert.ok(!problems.join().includes("short"));
});

test("settings that only make sense together are refused alone", () => {
  assert.equal(problemsOf({ TIELINE_HUBSPOT_CLIENT_ID: "x" }).length, 1);
  assert.equal(problemsOf({ REDIS_URL: "redis://localhost" }).length, 1);
  assert.equal(problemsOf({ TIELINE_ROLE: "worker" }).length, 1);
  assert.equal(problemsOf({ DATABASE_MIGRATION_URL: "postgres://localhost/x" }).length, 1);
});

test("an empty value counts as absent, and a misspelt name is noticed", () => {
  const config = readConfig({ DATABASE_URL: "", TIELINE_HUBSPOT_BASEURL: "http://localhost:1", TIELINE_TEST_X: "1" });
  assert.equal(config.DATABASE_URL, undefined);
  assert.deepEqual(config.unknown, ["TIELINE_HUBSPOT_BASEURL"]);
});

test("a provider's published limit is lifted or replaced by its setting", () => {
  const connectors = createConnectors();
  const withLimit = (limit: string) =>
    readProviders(readConfig({ TIELINE_HUBSPOT_RATE_LIMIT: limit }), connectors).connectors.get("hubspot")?.limits;
  assert.deepEqual(withLimit("off"), []);
  for (const { requests, perMs, burst } of withLimit("50/1000") ?? [])
    assert.deepEqual([requests, perMs, burst], [50, 1000, 5]);
  assert.equal(problemsOf({ TIELINE_HUBSPOT_RATE_LIMIT: "fast" }).length, 1);
});

test("processes that start at once on a new folder agree on one key", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "tieline-keys-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const config = { TIELINE_DATA_DIR: path.join(folder, "new") };
  const all = await Promise.all(Array.from({ length: 5 }, () => readEncryptionKeys(config, () => {})));
  assert.equal(new Set(all.map(([key]) => Buffer.from(key?.key ?? []).toString("hex"))).size, 1);
  assert.equal(all[0]?.[0]?.key.length, 32);
});

test("given keys keep their order, and a malformed one is refused without being shown", async () => {
  const one = Buffer.alloc(32, 1).toString("base64");
  const two = Buffer.alloc(32, 2).toString("base64url");
  const read = (text: string) => readEncryptionKeys({ TIELINE_ENCRYPTION_KEYS: text, TIELINE_DATA_DIR: "x" }, () => {});
  assert.deepEqual(
    (await read(`b:${one},a:${two}`)).map(({ id }) => id),
    ["b", "a"],
  );
  await assert.rejects(read(`a:${one},a:${two}`), /twice/);
  await assert.rejects(read("a:c2hvcnQ="), (error: Error) => !error.message.includes("c2hvcnQ"));
});

test("a database error is logged without the row that its driver quotes", () => {
  const error = Object.assign(new Error("duplicate key"), {
    code: "23505",
    detail: "Key (phone)=(+14079780655) exists.",
  });
  const told = JSON.stringify(describeError(new Error("outer", { cause: error })));
  assert.ok(told.includes("23505") && !told.includes("4079780655"));
});
