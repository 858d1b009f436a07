import fs from "node:fs";
import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/** The part of Emscripten's module that the hook touches. Internal to PGlite, so the version is pinned and `proveSyncs` checks. */
interface EmscriptenModule {
  NODEFS: {
    realPath(node: unknown): string;
    stream_ops: { fsync?(stream: { nfd?: number; node: unknown }): number };
  };
}

/**
 * A NodeFS whose fsync is real. PGlite 0.5.16 starts the server with -F (fsync off), and Emscripten's NODEFS has no
 * fsync operation, so without this nothing is ever synced: https://github.com/electric-sql/pglite/issues/1107.
 */
export class DurableNodeFS extends NodeFS {
  /** Syncs done since the start. */
  syncs = 0;

  override async init(database: PGlite, options: Partial<PGliteOptions>) {
    const result = await super.init(database, options as Parameters<NodeFS["init"]>[1]);
    // Emscripten runs preRun hooks last in, first out: ours goes first in the list to run after the file system is there.
    (result.emscriptenOpts.preRun as unknown[]).unshift(({ NODEFS }: EmscriptenModule) => {
      NODEFS.stream_ops.fsync = (stream) => {
        if (stream.nfd === undefined) syncPath(NODEFS.realPath(stream.node));
        else fs.fsyncSync(stream.nfd);
        this.syncs++;
        return 0;
      };
    });
    return result;
  }
}

/** fsync on, through fsync(2): Emscripten's fdatasync is a stub that only says yes. */
export const durableStartParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  "-c",
  "wal_sync_method=fsync",
];

const probes = 3;

/** Commits a few times and counts the syncs. Throws when a commit can be answered before it is on the disk. */
export async function proveSyncs(
  database: Pick<PGlite, "exec">,
  fileSystem: { readonly syncs: number },
): Promise<void> {
  const before = fileSystem.syncs;
  // Writes a few bytes to the log and no table; transactional, so its commit has to be synced.
  for (let probe = 0; probe < probes; probe++)
    await database.exec("select pg_logical_emit_message(true, 'tieline', 'sync probe')");
  const syncs = fileSystem.syncs - before;
  if (syncs >= probes) return;
  throw new Error(
    `The embedded database did not sync its commits to disk (${syncs} syncs for ${probes} commits), so a power failure would lose data. ` +
      "Use PostgreSQL, or accept the risk with the setting that turns durability off.",
  );
}

/** Syncs every file and folder under `folder`: what the first start wrote, or what was copied from a template. */
export function syncFolder(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) syncFolder(path);
    else if (entry.isFile()) syncPath(path);
  }
  syncPath(folder);
}

/** Syncs one file, or the names in one folder. */
export function syncPath(path: string): void {
  const file = fs.openSync(path, "r");
  try {
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}
