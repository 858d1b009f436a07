import { randomBytes } from "node:crypto";
import type { AuthStrategy, Connector } from "#connector-kit";
import { type ConnectionId, newId, PlatformError, type TenantId, toPlatformError } from "#core";
import type { Db, Tx } from "#db";
import { recordEvent } from "#events";
import type { Secret } from "./credentials.ts";
import type { Gateway } from "./gateway.ts";
import { parseSettings } from "./in-use.ts";
import type { ConnectionWish, FinishedVisit } from "./sign-in.ts";
import {
  type Connection,
  findConnection,
  findConnectionOfAccount,
  openCredentials,
  readCredentialsRow,
  saveConnection,
  saveCredentials,
} from "./store.ts";
import { readFields } from "./typed-credentials.ts";
import type { Vault } from "./vault.ts";
import { addWebhookSecret } from "./webhook-secrets.ts";

interface Deps {
  db: Db;
  vault: Vault;
  gateway: Gateway;
  /** Runs in the transaction that connects: work that was parked is woken here. */
  onConnected(tx: Tx, connection: Connection): Promise<void>;
}

interface SignedIn {
  tenantId: TenantId;
  wish: ConnectionWish;
  connectionId: ConnectionId | null;
  strategy: AuthStrategy;
  secret: Secret;
  expiresAt: number | null;
  account: { id: string; name?: string } | null;
  scopes: string[];
  /** What the provider signs its webhooks with. */
  webhookSecret?: string;
}

/** Makes connections of what signed in: checked at the provider first, then saved in one transaction. */
export function createConnect({ db, vault, gateway, onConnected }: Deps) {
  return { fromVisit, fromCredentials };

  async function fromVisit(visit: FinishedVisit): Promise<Connection> {
    const { answer, strategy, tenantId, wish, connectionId } = visit;
    const told = strategy.account?.(answer.raw) ?? null;
    return save({
      tenantId,
      wish,
      connectionId,
      strategy,
      secret: { kind: "oauth2", accessToken: answer.accessToken, refreshToken: answer.refreshToken, app: visit.app },
      expiresAt: answer.expiresAt,
      account: told,
      scopes: told?.scopes ?? answer.scopes ?? strategy.scopes.required,
    });
  }

  /** Throws `request.invalid` with pointers below `/credentials` when the provider refuses them. Saves nothing then. */
  async function fromCredentials(
    tenantId: TenantId,
    wish: ConnectionWish,
    typed: Record<string, string>,
    options: { connectionId?: ConnectionId; webhookSecret?: string | undefined } = {},
  ): Promise<Connection> {
    const connector = gateway.providers.get(wish.provider);
    const { strategy, fields } = readFields(connector, typed, gateway.providers.base(connector));
    const token = strategy.kind === "client_credentials" ? await gateway.tokenFor(connector, strategy, fields) : null;
    const secret: Secret = { kind: "fields", fields, accessToken: token?.accessToken ?? null };
    const account =
      strategy.kind === "webhook_url"
        ? (strategy.account?.(new URL(fields[strategy.fields[0]?.name ?? ""] ?? "")) ?? null)
        : null;
    const expiresAt = token?.expiresAt ?? null;
    return save({
      tenantId,
      wish,
      connectionId: options.connectionId ?? null,
      strategy,
      secret,
      expiresAt,
      account,
      scopes: token?.scopes ?? [],
      ...webhookSecretOf(connector, fields, options.webhookSecret),
    });
  }

  async function save(signedIn: SignedIn): Promise<Connection> {
    const { tenantId, wish, strategy } = signedIn;
    const connector = gateway.providers.get(wish.provider);
    const known = await db.withTenant(tenantId, (tx) => readKnown(tx, signedIn));
    const settings = parseSettings(connector, known && signedIn.connectionId ? known.settings : wish.settings);
    const id = known?.id ?? newId("connection");
    const { account, state } = await tryOut(connector, signedIn, id, settings);

    return db.withTenant(tenantId, async (tx) => {
      const existing = await theOneToKeep(tx, signedIn, account?.id ?? null);
      const connection = await saveConnection(tx, {
        id: existing?.id ?? id,
        agent_id: existing?.agent_id ?? wish.agentId,
        provider: wish.provider,
        environment: wish.environment,
        name: wish.name,
        auth: strategy.kind,
        role: signedIn.connectionId && existing ? existing.role : wish.role,
        settings,
        provider_state: { ...existing?.provider_state, ...state },
        scopes: signedIn.scopes,
        external_account_id: account?.id ?? null,
        external_account_name: account?.name ?? existing?.external_account_name ?? null,
        webhook_key: existing?.webhook_key ?? randomBytes(24).toString("base64url"),
      });
      const secret = existing ? await keepRefreshToken(tx, tenantId, existing.id, signedIn.secret) : signedIn.secret;
      await saveCredentials(tx, vault, tenantId, connection.id, { secret, expiresAt: signedIn.expiresAt });
      if (signedIn.webhookSecret) {
        await addWebhookSecret(tx, vault, { tenantId, connectionId: connection.id }, signedIn.webhookSecret);
      }
      await recordEvent(tx, "connection.connected", connection.id, {
        provider: connection.provider,
        account_id: connection.external_account_id,
        reconnected: existing !== null,
      });
      await onConnected(tx, connection);
      return connection;
    });
  }

  async function readKnown(tx: Tx, { connectionId, wish }: SignedIn): Promise<Connection | null> {
    if (!connectionId) return null;
    const known = await findConnection(tx, connectionId);
    if (known && known.provider === wish.provider) return known;
    throw new PlatformError("connection.not_found", "The connection to reconnect is not there any more.");
  }

  /** A first use at the provider: who signed in, and what must exist there before we write. */
  async function tryOut(connector: Connector, signedIn: SignedIn, id: ConnectionId, settings: Record<string, unknown>) {
    const { strategy, secret, wish } = signedIn;
    const draft = { id, connector, strategy, environment: wish.environment, settings, secret };
    const api = gateway.forDraft({ ...draft, externalAccountId: signedIn.account?.id ?? null }, { priority: "live" });
    try {
      const account = signedIn.account?.name
        ? signedIn.account
        : ((await connector.account?.(api)) ?? signedIn.account);
      const named = gateway.forDraft({ ...draft, externalAccountId: account?.id ?? null }, { priority: "live" });
      return { account, state: (await connector.setUp?.(named)) ?? {} };
    } catch (thrown) {
      throw toRefusal(strategy, toPlatformError(thrown));
    }
  }

  /** The row that this account continues: the one named, or the one it had before. Throws `connect.account_mismatch`. */
  async function theOneToKeep(tx: Tx, signedIn: SignedIn, accountId: string | null): Promise<Connection | null> {
    const { connectionId, wish } = signedIn;
    if (!connectionId) {
      if (accountId === null) return null;
      // Two windows that connect one account at once make one connection.
      await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
        `connect:${wish.provider}:${accountId}`,
      ]);
      return findConnectionOfAccount(tx, { ...wish, externalAccountId: accountId });
    }
    const known = await readKnown(tx, signedIn);
    if (known?.external_account_id && accountId !== known.external_account_id) {
      throw new PlatformError(
        "connect.account_mismatch",
        `This connection is to ${known.external_account_name ?? known.external_account_id}; another account signed in.`,
      );
    }
    return known;
  }

  // Google hands a refresh token out with the first consent only.
  async function keepRefreshToken(tx: Tx, tenantId: TenantId, id: ConnectionId, secret: Secret): Promise<Secret> {
    if (secret.kind !== "oauth2" || secret.refreshToken !== null) return secret;
    const row = await readCredentialsRow(tx, id);
    const before = row && openCredentials(vault, tenantId, id, row).secret;
    if (before?.kind !== "oauth2" || before.app !== secret.app) return secret;
    return { ...secret, refreshToken: before.refreshToken };
  }
}

/** What was typed for it, or else the credential that the provider signs with. */
function webhookSecretOf(connector: Connector, fields: Record<string, string>, typed: string | undefined) {
  const field = connector.webhooks?.secretField;
  const webhookSecret = typed ?? (field === undefined ? undefined : fields[field]);
  return webhookSecret ? { webhookSecret } : {};
}

function toRefusal(strategy: AuthStrategy, error: PlatformError): PlatformError {
  const isRefused = error.disposition === "reauthorize" || error.code === "provider.permission";
  if (!isRefused) return error;
  if (strategy.kind === "oauth2") return new PlatformError("connect.exchange_failed", error.message, { cause: error });
  const field = strategy.fields.find(({ secret }) => secret) ?? strategy.fields[0];
  return new PlatformError("request.invalid", "The provider does not accept these credentials.", {
    cause: error,
    errors: [{ pointer: `/credentials/${field?.name ?? ""}`, code: "refused_by_provider", detail: error.message }],
  });
}
