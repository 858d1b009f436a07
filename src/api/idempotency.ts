import { createHash } from "node:crypto";
import { type Clock, errorCodes, PlatformError, toPlatformError } from "#core";
import { type Db, now } from "#db";
import type { Tokens } from "./tokens.ts";

/** An answer as it is kept: what a repeat of the request gets. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

const keepHours = 24;
/** A request that did not finish in this time died with its process; a repeat may take its place. */
const abandonedMs = 120_000;

/** The same Idempotency-Key with the same body runs once and is answered the same each time, for 24 hours. */
export function createIdempotency({ db, tokens, clock }: { db: Db; tokens: Tokens; clock: Clock }) {
  return { once, sweep };

  /**
   * `scope` is the key's, route's and tenant's. Failures of ours are forgotten, so that a repeat tries again; refusals of
   * the request are kept like answers.
   */
  async function once(
    request: { scope: string; key: string; path: string; body: Buffer },
    run: () => Promise<KeptAnswer>,
    refusal: (error: PlatformError) => KeptAnswer,
  ): Promise<KeptAnswer & { isReplay: boolean }> {
    checkKey(request.key);
    const hash = createHash("sha256").update(`${request.path}\n`).update(request.body).digest();
    const earlier = await claim(request.scope, request.key, hash);
    if (earlier) return { ...earlier, isReplay: true };
    let answer: KeptAnswer;
    try {
      answer = await run();
    } catch (thrown) {
      const error = toPlatformError(thrown);
      if (errorCodes[error.code].status >= 500 || error.disposition === "retry") {
        await release(request.scope, request.key);
        throw thrown;
      }
      answer = refusal(error);
    }
    await keep(request.scope, request.key, answer);
    return { ...answer, isReplay: false };
  }

  /** Takes the key for this request; answers the kept answer when an earlier one has finished. */
  function claim(scope: string, key: string, hash: Buffer): Promise<KeptAnswer | null> {
    return db.transaction(async (tx) => {
      // As text: who may take a key over is one condition on the old row and the new, and is read as one.
      const claimed = await tx.query(
        `insert into idempotency_keys as k (scope, key, body_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $4::timestamptz + interval '${keepHours} hours')
         on conflict (scope, key) do update set body_hash = excluded.body_hash, status = null, answer = null,
           created_at = excluded.created_at, expires_at = excluded.expires_at
         where k.expires_at <= excluded.created_at
            or (k.status is null and k.body_hash = excluded.body_hash
                and k.created_at <= excluded.created_at - interval '${abandonedMs} ms')
         returning 1`,
        [scope, key, hash, new Date(clock.now())],
      );
      if (claimed.length > 0) return null;
      const row = await tx.kysely
        .selectFrom("idempotency_keys")
        .select(["body_hash", "status", "answer"])
        .where("scope", "=", scope)
        .where("key", "=", key)
        .executeTakeFirst();
      if (row && !hash.equals(row.body_hash))
        throw new PlatformError("idempotency.mismatch", "This Idempotency-Key was used with another body.");
      if (!row || row.status === null || row.answer === null)
        throw new PlatformError("idempotency.in_flight", "The first request with this Idempotency-Key still runs.", {
          retryAfterMs: 1_000,
        });
      const kept = tokens.unseal(row.answer);
      if (kept === null)
        throw new PlatformError("secret.unreadable", "The kept answer was sealed with a key that is no longer given.");
      return JSON.parse(kept) as KeptAnswer;
    });
  }

  // Sealed, because some answers carry a secret that is otherwise shown once.
  async function keep(scope: string, key: string, answer: KeptAnswer): Promise<void> {
    const kept = { status: answer.status, answer: tokens.seal(JSON.stringify(answer)) };
    await db.transaction(({ kysely }) =>
      kysely.updateTable("idempotency_keys").set(kept).where("scope", "=", scope).where("key", "=", key).execute(),
    );
  }

  async function release(scope: string, key: string): Promise<void> {
    await db.transaction(({ kysely }) =>
      kysely
        .deleteFrom("idempotency_keys")
        .where("scope", "=", scope)
        .where("key", "=", key)
        .where("status", "is", null)
        .execute(),
    );
  }

  /** Removes what is older than 24 hours; for the timetable. */
  async function sweep(): Promise<void> {
    await db.transaction(({ kysely }) =>
      kysely.deleteFrom("idempotency_keys").where("expires_at", "<=", now).execute(),
    );
  }
}

export type Idempotency = ReturnType<typeof createIdempotency>;

function checkKey(key: string): void {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return;
  throw new PlatformError("request.invalid", "The Idempotency-Key is not 1 to 255 printable ASCII characters.", {
    errors: [{ pointer: "?Idempotency-Key", code: "invalid", detail: "1 to 255 printable ASCII characters." }],
  });
}
