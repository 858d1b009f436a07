import { createGroupCommit, PlatformError, type TenantId } from "#core";
import type { Db, Tx } from "#db";

/**
 * Takes what arrives one by one and stores it in shared transactions, tenant by tenant. `acceptForTenant` says in
 * `answers` what became of each; what it throws refuses the one item, unless the database is away.
 */
export function createIntake<Arrived extends { tenantId: TenantId }, Answer>({
  db,
  acceptForTenant,
}: {
  db: Db;
  acceptForTenant(tx: Tx, tenantId: TenantId, arrived: Arrived[], answers: Map<Arrived, Answer>): Promise<void>;
}): (arrived: Arrived) => Promise<Answer> {
  return createGroupCommit<Arrived, Answer>({
    flush: acceptBatch,
    isForAll: (error) => error instanceof PlatformError && error.code === "db.unavailable",
  }).add;

  function acceptBatch(batch: Arrived[]): Promise<Answer[]> {
    return db.transaction(async (tx) => {
      const answers = new Map<Arrived, Answer>();
      // In a fixed order of tenants, so that two batches cannot wait for each other's rows.
      for (const [tenantId, arrived] of [...Map.groupBy(batch, ({ tenantId }) => tenantId)].sort(byKey)) {
        await tx.useTenant(tenantId);
        await acceptForTenant(tx, tenantId, arrived, answers);
      }
      return batch.map((one) => answers.get(one) as Answer);
    });
  }
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
