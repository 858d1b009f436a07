import type { ErrorCode } from "#core";
import type { Db } from "#db";

/** Counts refused webhooks by address and reason. Collected and stored together, so that a flood of forgeries is not a flood of writes. */
export function createRefusals({ db, everyMs = 5_000 }: { db: Db; everyMs?: number }) {
  const counts = new Map<string, { provider: string; address: string; code: ErrorCode; count: number }>();
  let timer: NodeJS.Timeout | undefined;
  const mostAddresses = 1_000;

  return { count, flush };

  function count(provider: string, key: string | null, code: ErrorCode): void {
    // Only the head of the address: whoever reads the table must not learn the key.
    const address = key ? `${key.slice(0, 6)}…` : "";
    const id = `${provider} ${address} ${code}`;
    const known = counts.get(id);
    if (known) known.count++;
    else if (counts.size < mostAddresses) counts.set(id, { provider, address, code, count: 1 });
    timer ??= setTimeout(() => void flush().catch(() => {}), everyMs).unref();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const rows = [...counts.values()];
    counts.clear();
    if (rows.length === 0) return;
    await db.transaction((tx) =>
      tx.query(
        `insert into inbound_refusals as r (provider, address, code, hour, count)
         select provider, address, code, date_trunc('hour', now()), count
         from jsonb_to_recordset($1::jsonb) as n(provider text, address text, code text, count int)
         on conflict (provider, address, code, hour) do update set count = r.count + excluded.count, last_at = now()`,
        [JSON.stringify(rows)],
      ),
    );
  }
}
