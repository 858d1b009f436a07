import fs from "node:fs";
import path from "node:path";
import { PlatformError } from "#core";
import { syncFolder, syncPath } from "./durable-file-system.ts";
import { createPgliteDb } from "./pglite.ts";
import { copyTemplate } from "./template.ts";

interface FolderSetup {
  isDurable: boolean;
  /** Where templates of an empty database are kept. */
  templates?: string;
}

/**
 * Sets up an empty data folder; the caller holds its lock. It is made aside and moved into place whole, so that a
 * process that is killed meanwhile leaves no half of a database.
 */
export async function setUpFolder(folder: string, { isDurable, templates }: FolderSetup): Promise<void> {
  if (fs.existsSync(path.join(folder, "PG_VERSION"))) return;
  if (fs.existsSync(folder) && fs.readdirSync(folder).length > 0) {
    throw new PlatformError(
      "db.unavailable",
      `The folder ${folder} holds something that is not a database: name an empty or a new one.`,
    );
  }
  const draft = `${folder}.draft`;
  fs.rmSync(draft, { recursive: true, force: true });
  if (templates) await copyTemplate(templates, draft);
  else await (await createPgliteDb({ folder: draft, isDurable: false }, () => {})).close();
  if (isDurable) syncFolder(draft);
  if (fs.existsSync(folder)) fs.rmdirSync(folder);
  fs.renameSync(draft, folder);
  if (isDurable) syncPath(path.dirname(folder));
}
