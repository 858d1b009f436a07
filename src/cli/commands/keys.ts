import { type Command, Option } from "commander";
import { createKeyStore, type Scope, scopes } from "#api";
import { createLog, openOffline, readConfig } from "#app";
import { rotateKeys } from "#connections";
import { PlatformError, parsePublicId, type TenantId, toPublicId } from "#core";
import type { Db } from "#db";
import { UsageError } from "../exit-codes.ts";
import { type Io, printOne, printRows } from "../io.ts";
import { withDatabase } from "../local.ts";
import { outputOf } from "./server.ts";

const scopeHint = "admin, read, calls:write, calls:read, connections:read, connections:write …";

/** API keys and encryption keys, on the database itself: the first key must come from somewhere. */
export function addKeyCommands(program: Command, io: Io): void {
  const keys = program.command("keys").description("API keys, and the key that stored secrets are sealed with");
  const tenantOption = () => new Option("--tenant <tenant>", "a tenant's id or external_id; a host key without it");

  keys
    .command("create <name>")
    .description("Make an API key; its secret is printed this once")
    .addOption(tenantOption())
    .option("--scope <scope...>", scopeHint, ["admin"])
    .action(async (name: string, { tenant, scope }: { tenant?: string; scope: string[] }, command: Command) => {
      const unknown = scope.find((one) => !(scopes as readonly string[]).includes(one));
      if (unknown) throw new UsageError(`There is no scope ${unknown}. There are: ${scopes.join(", ")}.`);
      await withDatabase(io, async (db) => {
        const tenantId = await findTenant(db, tenant);
        const { id, secret } = await createKeyStore(db).add({ tenantId, name, scopes: scope as Scope[] });
        printOne(io, { id: toPublicId("apiKey", id), name, scopes: scope.join(","), secret }, outputOf(command));
        if (!outputOf(command).quiet) io.say("Keep the secret: it is not shown again.");
      });
    });

  keys
    .command("list")
    .description("List API keys")
    .addOption(tenantOption())
    .action(({ tenant }: { tenant?: string }, command: Command) =>
      withDatabase(io, async (db) => {
        const { data } = await createKeyStore(db).list(await findTenant(db, tenant), { limit: 1_000 });
        const rows = data.map(({ id, name, hint, scopes, last_used_at, revoked_at }) => ({
          id: toPublicId("apiKey", id),
          name,
          hint,
          scopes: scopes.join(","),
          last_used_at: last_used_at?.toISOString() ?? null,
          revoked_at: revoked_at?.toISOString() ?? null,
        }));
        printRows(io, rows, ["id", "name", "hint", "scopes", "last_used_at", "revoked_at"], outputOf(command));
      }),
    );

  keys
    .command("revoke <id>")
    .description("Revoke an API key; servers refuse it after at most 5 seconds")
    .addOption(tenantOption())
    .action((id: string, { tenant }: { tenant?: string }) =>
      withDatabase(io, async (db) => {
        const isRevoked = await createKeyStore(db).revoke(await findTenant(db, tenant), parsePublicId("apiKey", id));
        if (!isRevoked) throw new PlatformError("request.not_found", "There is no such key, or it was revoked before.");
        io.say("Revoked.");
      }),
    );

  keys
    .command("rotate-encryption")
    .description("Seal every stored secret with the first key of TIELINE_ENCRYPTION_KEYS")
    .action(async (_options, command: Command) => {
      const { db, capabilities, close } = await openOffline(readConfig(io.environment), createLog("warn"));
      try {
        const rotated = await rotateKeys({ db, vault: capabilities.vault });
        printOne(io, { key: capabilities.vault.activeKeyId, rotated }, outputOf(command));
      } finally {
        await close();
      }
    });
}

async function findTenant(db: Db, wanted: string | undefined): Promise<TenantId | null> {
  if (wanted === undefined) return null;
  const id = wanted.startsWith("ten_") ? parsePublicId("tenant", wanted) : wanted;
  const [row] = await db.transaction((tx) => tx.query<{ id: TenantId }>("select id from find_tenant($1)", [id]));
  if (!row) throw new PlatformError("request.not_found", `There is no tenant ${wanted}.`);
  return row.id;
}
