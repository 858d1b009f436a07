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
      const [row] = await tx.query<AppRow>(
        "select id, tenant_id, client_id, secret_envelope from provider_apps where provider = $1 and environment = $2",
        [provider, environment],
      );
      if (row) return { app: open(row), reference: row.id };
      return { app: ofInstallation(provider), reference: installation };
    },
    async byReference(tx, provider, _environment, reference) {
      if (reference === installation) return ofInstallation(provider);
      const [row] = await tx.query<AppRow>(
        "select id, tenant_id, client_id, secret_envelope from provider_apps where id = $1",
        [reference],
      );
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

/** Stores a tenant's own OAuth app; the new secret takes the place of the old one, connections keep working. */
export async function saveProviderApp(
  tx: Tx,
  vault: Vault,
  tenantId: TenantId,
  app: ProviderApp & { provider: string; environment: string },
): Promise<{ id: string }> {
  const [known] = await tx.query<{ id: string }>(
    "select id from provider_apps where provider = $1 and environment = $2 for update",
    [app.provider, app.environment],
  );
  const id = known?.id ?? randomUUID();
  await tx.query(
    `insert into provider_apps (id, tenant_id, provider, environment, client_id, secret_envelope, key_id)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (id) do update set client_id = excluded.client_id, secret_envelope = excluded.secret_envelope, key_id = excluded.key_id`,
    [
      id,
      tenantId,
      app.provider,
      app.environment,
      app.clientId,
      vault.seal({ tenantId, subjectId: id }, app.clientSecret),
      vault.activeKeyId,
    ],
  );
  return { id };
}

/** The tenant's own apps, without their secrets. */
export function listProviderApps(
  tx: Tx,
): Promise<{ id: string; provider: string; environment: string; client_id: string }[]> {
  return tx.query("select id, provider, environment, client_id from provider_apps order by provider, environment");
}

export async function deleteProviderApp(tx: Tx, id: string): Promise<boolean> {
  return (await tx.query("delete from provider_apps where id = $1 returning 1", [id])).length > 0;
}
