import type { TenantId } from "#core";
import type { Db } from "#db";
import { type Bell, createBell } from "#jobs";
import { type Position, readEnd, readNewest } from "./feed.ts";

export interface EventWatchOptions {
  db: Db;
  onError(error: unknown): void;
  /** How often it is looked without a hint. */
  pollMs?: number;
}

/** Tells who asked, in this process, that a tenant has new events to read. */
export interface EventWatch {
  /** Answers how to end it. */
  watch(tenantId: TenantId, onNews: () => void): () => void;
  close(): Promise<void>;
}

interface Watched {
  listeners: Set<() => void>;
  bell: Bell;
  /** Looks that are still to follow a hint quickly. */
  quickLooks: number;
  done: Promise<void>;
}

const quickMs = 100; // a hint may be quicker than an older transaction's end, which its event must wait for
const watcherMs = 60_000; // how long a vanished process is still notified
const renewMs = 20_000;

/**
 * One look per second and watched tenant, however many streams; a NOTIFY after the commit makes it at once. The hint may
 * be lost: with a pooler in between, or when rows are inserted by a role that sees every tenant.
 */
export function createEventWatch({ db, onError, pollMs = 1_000 }: EventWatchOptions): EventWatch {
  const tenants = new Map<TenantId, Watched>();
  let listening: Promise<(() => Promise<void>) | null> | null = null;

  return { watch, close };

  function watch(tenantId: TenantId, onNews: () => void): () => void {
    listening ??= db.listen("events", hint).catch((error) => {
      onError(error);
      listening = null; // the next one who watches tries again
      return null;
    });
    const watched = tenants.get(tenantId) ?? begin(tenantId);
    watched.listeners.add(onNews);
    return () => {
      watched.listeners.delete(onNews);
      if (watched.listeners.size === 0) end(tenantId, watched);
    };
  }

  function begin(tenantId: TenantId): Watched {
    const watched: Watched = { listeners: new Set(), bell: createBell(), quickLooks: 0, done: Promise.resolve() };
    tenants.set(tenantId, watched);
    watched.done = look(tenantId, watched);
    return watched;
  }

  function end(tenantId: TenantId, watched: Watched): void {
    if (tenants.get(tenantId) === watched) tenants.delete(tenantId);
    watched.bell.ring();
  }

  function hint(tenantId: string): void {
    const watched = tenants.get(tenantId as TenantId);
    if (!watched) return;
    watched.quickLooks = pollMs / quickMs;
    watched.bell.ring();
  }

  async function look(tenantId: TenantId, watched: Watched): Promise<void> {
    let position: Position | null = null;
    let renewedAt = Number.NEGATIVE_INFINITY;
    while (tenants.get(tenantId) === watched) {
      try {
        const newest = await db.withTenant(tenantId, async (tx) => {
          if (performance.now() - renewedAt > renewMs) {
            await tx.query(
              `insert into event_watchers (tenant_id, until) values ($1, now() + $2 * interval '1 ms')
               on conflict (tenant_id) do update set until = excluded.until`,
              [tenantId, watcherMs],
            );
            renewedAt = performance.now();
          }
          return position === null ? readEnd(tx) : readNewest(tx, tenantId, position);
        });
        if (newest !== null) {
          // The first look, too: what was committed before it is news for a stream that read even earlier.
          position = newest;
          watched.quickLooks = 0;
          for (const tell of watched.listeners) tell();
        }
      } catch (error) {
        onError(error);
        renewedAt = Number.NEGATIVE_INFINITY;
      }
      await watched.bell.wait(watched.quickLooks-- > 0 ? quickMs : pollMs);
    }
  }

  async function close(): Promise<void> {
    const all = [...tenants];
    for (const [tenantId, watched] of all) end(tenantId, watched);
    await Promise.all(all.map(([, { done }]) => done));
    await (await listening)?.();
  }
}
