import { randomUUID } from "node:crypto";
import { PlatformError, type TenantId } from "#core";
import type { Tx } from "#db";
import type { ProviderApp } from "./config.ts";
import type { Vault } from "./vault.ts";

/** The OAuth app for a sign-in: the tenant's own where it brought one, else the installation's. */
export interface AppOf {
  /** For a new sign-in. `reference` goes with the tokens. Throws `settings.invalid` when there is none. */
  forSignIn(tx: Tx, provider: string, environment: string): Promise<{ app: ProviderApp; reference: string }>;
  /** The app that tokens were given to. */
  byReference(tx: Tx, provider: string, environment: string, reference: string): Promise<ProviderApp>;
}

interface AppRow {
  id: string;
  tenant_id: TenantId;
  client_id: string;
  secret_envelope: string;
}

export const installation = "installation";

export function createAppOf({ vault, apps }: { vault: Vault; apps: Record<string, ProviderApp> }): AppOf {
  return {
    async forSignIn(tx, provider, environment) {
      const row = await selectApps(tx)
        .where("provider", "=", provider)
        .where("environment", "=", environment)
        .executeTakeFirst();
      if (row) return { app: open(row), reference: row.id };
      return { app: ofInstallation(provider), reference: installation };
    },
    async byReference(tx, provider, _environment, reference) {
      if (reference === installation) return ofInstallation(provider);
      const row = await selectApps(tx).where("id", "=", reference).executeTakeFirst();
      if (row) return open(row);
      throw new PlatformError("connection.needs_reauth", "The OAuth app that this account signed in with was removed.");
    },
  };

  function ofInstallation(provider: string): ProviderApp {
    const app = apps[provider];
    if (app) return app;
    const name = `TIELINE_${provider.toUpperCase().replaceAll("-", "_")}_CLIENT_ID`;
    throw new PlatformError(
      "settings.invalid",
      `There is no OAuth app for ${provider}: set ${name} and …_CLIENT_SECRET, or give the tenant its own.`,
    );
  }

  function open({ id, tenant_id, client_id, secret_envelope }: AppRow): ProviderApp {
    return { clientId: client_id, clientSecret: vault.open({ tenantId: tenant_id, subjectId: id }, secret_envelope) };
  }
}

function selectApps({ kysely }: Tx) {
  return kysely.selectFrom("provider_apps").select(["id", "tenant_id", "client_id", "secret_envelope"]);
}

/** Stores a tenant's own OAuth app; the new secret takes the place of the old one, connections keep working. */
export async function saveProviderApp(
  tx: Tx,
  vault: Vault,
  tenantId: TenantId,
  app: ProviderApp & { provider: string; environment: string },
): Promise<{ id: string }> {
  const { provider, environment } = app;
  const known = await selectApps(tx)
    .where("provider", "=", provider)
    .where("environment", "=", environment)
    .forUpdate()
    .executeTakeFirst();
  const id = known?.id ?? randomUUID();
  const sealed = {
    client_id: app.clientId,
    secret_envelope: vault.seal({ tenantId, subjectId: id }, app.clientSecret),
    key_id: vault.activeKeyId,
  };
  await tx.kysely
    .insertInto("provider_apps")
    .values({ id, tenant_id: tenantId, provider, environment, ...sealed })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(sealed))
    .execute();
  return { id };
}

/** The tenant's own apps, without their secrets. */
export function listProviderApps({
  kysely,
}: Tx): Promise<{ id: string; provider: string; environment: string; client_id: string }[]> {
  return kysely
    .selectFrom("provider_apps")
    .select(["id", "provider", "environment", "client_id"])
    .orderBy("provider")
    .orderBy("environment")
    .execute();
}

export async function deleteProviderApp({ kysely }: Tx, id: string): Promise<boolean> {
  const { numDeletedRows } = await kysely.deleteFrom("provider_apps").where("id", "=", id).executeTakeFirst();
  return numDeletedRows > 0n;
}
