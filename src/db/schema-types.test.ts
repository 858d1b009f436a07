import assert from "node:assert/strict";
import fs from "node:fs/promises";
import { test } from "node:test";
import { schemaTypes } from "./schema-types.ts";
import { createTestDb } from "./test-db.ts";

test("the types of tables and columns are those of the migrations", async (t) => {
  const written = await fs.readFile(new URL("./schema.generated.ts", import.meta.url), "utf8");
  const wanted = await schemaTypes(await createTestDb(t));

  assert.ok(written === wanted, "schema.generated.ts is stale: run `node scripts/generate-schema-types.ts`.");
});
