// Writes src/db/schema.generated.ts, the types of tables and columns, from a migrated database.
import fs from "node:fs/promises";
import { schemaTypes } from "../src/db/schema-types.ts";

await fs.writeFile(new URL("../src/db/schema.generated.ts", import.meta.url), await schemaTypes());
