import { type Clock, type ConnectionId, PlatformError, sleep, type TenantId, toPlatformError } from "#core";
import { type Db, now, sql, type Tx } from "#db";
import type { Credentials, Secret } from "./credentials.ts";
import type { Http } from "./http.ts";
import { markNeedsReauth } from "./status.ts";
import { openCredentials, readCredentialsRow } from "./store.ts";
import { askForToken, type TokenAnswer, type TokenRequest } from "./token-endpoint.ts";
import type { Vault } from "./vault.ts";

/** A refresh that holds the lease on its credentials row. Plain data: another process may carry it out. */
export interface RefreshJob {
  tenantId: TenantId;
  connectionId: ConnectionId;
  /** The version that was read with the secret. */
  version: number;
  leaseOwner: string;
  secret: Secret;
  /** The refresh token dies with this request: its answer must not be lost. */
  isSingleUse: boolean;
  request: TokenRequest;
}

export interface RefreshNeeds {
  db: Db;
  vault: Vault;
  http: Http;
  clock: Clock;
}

/**
 * Asks the provider and stores what it answers. Returns once the connection has usable credentials: these, or newer
 * ones of somebody else. Throws `connection.needs_reauth` (and stores it) when the provider refuses for good.
 */
export async function carryOut(job: RefreshJob, needs: RefreshNeeds): Promise<Credentials> {
  let answer: TokenAnswer;
  try {
    answer = await askForToken(needs.http, job.request, needs.clock.now());
  } catch (error) {
    return await afterRefusal(job, toPlatformError(error), needs);
  }
  return await store(job, answer, needs);
}

async function store(job: RefreshJob, answer: TokenAnswer, { db, vault }: RefreshNeeds): Promise<Credentials> {
  const secret: Secret =
    job.secret.kind === "oauth2"
      ? { ...job.secret, accessToken: answer.accessToken, refreshToken: answer.refreshToken ?? job.secret.refreshToken }
      : { ...job.secret, accessToken: answer.accessToken };
  const envelope = vault.seal({ tenantId: job.tenantId, subjectId: job.connectionId }, JSON.stringify(secret));
  const giveUpAt = performance.now() + 5 * 60_000;
  for (;;) {
    const state = await db
      .withTenant(job.tenantId, (tx) => storeOnce(tx, job, envelope, vault.activeKeyId, answer.expiresAt))
      .catch((error) => {
        // The answer is in this process only: as long as the database may come back, it is kept.
        if (toPlatformError(error).disposition !== "retry" || performance.now() > giveUpAt) throw error;
        return "wait" as const;
      });
    if (state === "stored") return { secret, version: job.version + 1, expiresAt: answer.expiresAt };
    if (state === "overtaken") return readNewer(db, vault, job);
    // Somebody took over after our lease ran out, and is at it. What we hold may be the only live token, so it is not
    // thrown away: if they come to nothing, it is stored.
    await sleep(200);
  }
}

async function storeOnce(
  tx: Tx,
  { connectionId, version, leaseOwner }: RefreshJob,
  envelope: string,
  keyId: string,
  expiresAt: number | null,
): Promise<"stored" | "overtaken" | "wait"> {
  const { numUpdatedRows } = await tx.kysely
    .updateTable("credentials")
    .set({
      envelope,
      key_id: keyId,
      expires_at: expiresAt === null ? null : new Date(expiresAt),
      version: version + 1,
      lease_owner: null,
      lease_until: null,
      updated_at: now,
    })
    .where("connection_id", "=", connectionId)
    .where("version", "=", version)
    .where(({ eb, or }) =>
      or([
        eb("lease_owner", "=", leaseOwner),
        eb("lease_until", "is", null),
        eb("lease_until", "<", sql<Date>`clock_timestamp()`),
      ]),
    )
    .executeTakeFirst();
  if (numUpdatedRows > 0n) {
    // Whoever took over may have been refused with the token we had used, and said so.
    await tx.kysely
      .updateTable("connections")
      .set({ status: "connected", status_reason: null, status_detail: null, status_changed_at: now })
      .where("id", "=", connectionId)
      .where("status", "=", "needs_reauth")
      .where("status_reason", "=", "refresh_refused")
      .execute();
    return "stored";
  }
  const row = await readCredentialsRow(tx, connectionId);
  return !row || row.version > version ? "overtaken" : "wait";
}

async function afterRefusal(job: RefreshJob, error: PlatformError, { db, vault }: RefreshNeeds): Promise<Credentials> {
  const refused = error.code === "provider.credentials_invalid";
  const isOver = await db.withTenant(job.tenantId, async (tx) => {
    const { numUpdatedRows } = await tx.kysely
      .updateTable("credentials")
      .set({ lease_owner: null, lease_until: null })
      .where("connection_id", "=", job.connectionId)
      .where("version", "=", job.version)
      .where("lease_owner", "=", job.leaseOwner)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) {
      const row = await readCredentialsRow(tx, job.connectionId);
      if (!row || row.version > job.version) return false;
      throw new PlatformError("lease.lost", "Another process took over the refresh of this connection.");
    }
    if (refused) await markNeedsReauth(tx, job.connectionId, "refresh_refused", error);
    return true;
  });
  if (!isOver) return readNewer(db, vault, job);
  if (!refused) throw error;
  throw new PlatformError("connection.needs_reauth", error.message, {
    cause: error,
    ...(error.provider && { provider: error.provider }),
  });
}

/** What somebody else stored. Throws `connection.disconnected` when the credentials are gone. */
export async function readNewer(
  db: Db,
  vault: Vault,
  { tenantId, connectionId, version }: Pick<RefreshJob, "tenantId" | "connectionId" | "version">,
): Promise<Credentials> {
  const row = await db.withTenant(tenantId, (tx) => readCredentialsRow(tx, connectionId));
  if (row && row.version > version) return openCredentials(vault, tenantId, connectionId, row);
  throw new PlatformError("connection.disconnected", "The connection was disconnected while its token was refreshed.");
}
