// Writes src/db/schema.generated.ts, the types of tables and columns, from a migrated database.
import fs from "node:fs/promises";
import { migrate, openDb } from "../src/db/index.ts";
import { schemaTypes } from "../src/db/schema-types.ts";

const db = await openDb({ memory: true });
await migrate(db);
await fs.writeFile(new URL("../src/db/schema.generated.ts", import.meta.url), await schemaTypes(db));
await db.close();
