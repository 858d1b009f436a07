// Writes .env.example and the pages of docs/reference from the code that they describe.
import fs from "node:fs/promises";
import { referenceFiles } from "../src/app/reference.ts";
import { createConnectors } from "../src/connectors/index.ts";

const root = new URL("..", import.meta.url);
for (const [file, text] of Object.entries(referenceFiles(createConnectors().keys()))) {
  await fs.mkdir(new URL(".", new URL(file, root)), { recursive: true });
  await fs.writeFile(new URL(file, root), text);
}
