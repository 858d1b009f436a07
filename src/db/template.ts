import { createHash, randomUUID } from "node:crypto";
import { cpSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { engineVersion } from "./engine-files.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { createPgliteDb } from "./pglite.ts";

/** Sets up the folder of a new template in a way of its own, before the migrations. */
export type Seed = (folder: string) => Promise<void>;

/**
 * Fills an empty data folder from a template, which takes a tenth of the time of setting one up. The template is made
 * when `templates`, the folder they are kept in, has none of this engine version with these migrations.
 */
export async function copyTemplate(templates: string, folder: string, seed?: Seed): Promise<void> {
  const template = await makeTemplate(templates, seed);
  cpSync(template, folder, { recursive: true }); // 70 ms; fs.cp takes 270 for these thousand files
}

async function makeTemplate(templates: string, seed: Seed = async () => {}): Promise<string> {
  const template = path.join(templates, `pglite-${await schemaKey()}`);
  if (await exists(template)) return template;
  const draft = `${template}.${randomUUID()}`;
  await fs.mkdir(draft, { recursive: true });
  try {
    await seed(draft);
    const db = await createPgliteDb({ folder: draft, isDurable: false }, () => {});
    try {
      await migrate(db);
    } finally {
      await db.close();
    }
    await fs.rename(draft, template);
  } catch (error) {
    await fs.rm(draft, { recursive: true, force: true });
    if (!(await exists(template))) throw error; // otherwise another process was first
  }
  return template;
}

/** Names what a template depends on: the engine's version and every migration. */
export async function schemaKey(): Promise<string> {
  const hash = createHash("sha256").update(await engineVersion());
  for (const { name, checksum } of await readMigrations()) hash.update(`${name} ${checksum}\n`);
  return hash.digest("hex").slice(0, 16);
}

function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
