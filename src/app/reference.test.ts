import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createConnectors } from "#connectors";
import { type EventDescription, eventTypes } from "#events";
import { referenceFiles } from "./reference.ts";
import { providerSettings, settings } from "./settings.ts";

test("the written pages say what the code says", async () => {
  for (const [file, wanted] of Object.entries(referenceFiles(createConnectors().keys()))) {
    const written = await readFile(new URL(`../../${file}`, import.meta.url), "utf8");
    assert.ok(written === wanted, `${file} is stale: run \`npm run generate\`.`);
  }
});

test("every setting has a description that ends like a sentence", () => {
  for (const [name, { description }] of [...Object.entries(settings.shape), ...Object.entries(providerSettings.shape)])
    assert.match(description ?? "", /^\S.+\.$/, name);
});

test("every type of event fits its own example, and says when it is raised", () => {
  for (const [type, { payload, example, when }] of Object.entries<EventDescription>(eventTypes)) {
    assert.deepEqual(payload.strict().parse(example), example, type);
    assert.match(when, /^[A-Z].+\.$/, type);
  }
});

test("no written page shows a secret: settings that hold one have no default", () => {
  const files = Object.values(referenceFiles(["hubspot"])).join("\n");
  for (const line of files.split("\n").filter((one) => /^# \w*(SECRET|TOKEN|KEYS?)\w*=/.test(one)))
    assert.match(line, /=$/);
});
