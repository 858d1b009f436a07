import { readFile } from "node:fs/promises";
import { z } from "zod";
import { createKeyStore, hashKey } from "#api";
import type { Connections } from "#connections";
import { type AgentId, newId, PlatformError, type TenantId } from "#core";
import type { Db, Tx } from "#db";

const Secret = z.string().regex(/^tl_[\w-]{16,190}$/, "Expected tl_ and 16 or more letters, digits, - or _.");
const ApiKeys = z
  .array(
    z.strictObject({
      secret: Secret,
      name: z.string().min(1).default("bootstrap"),
      scopes: z
        .array(z.enum(["admin", "read", "calls:write", "calls:read", "connections:read", "connections:write"]))
        .min(1),
    }),
  )
  .default([]);

/** What the file may say; docs/bootstrap.md shows one. */
export const Bootstrap = z.strictObject({
  host_api_keys: ApiKeys,
  tenants: z
    .array(
      z.strictObject({
        external_id: z.string().min(1).max(200),
        name: z.string().min(1).max(200),
        time_zone: z.string().default("UTC"),
        country: z.string().length(2).default("US"),
        agents: z
          .array(z.strictObject({ external_id: z.string().min(1).max(200), name: z.string().min(1).max(200) }))
          .default([]),
        api_keys: ApiKeys,
        connections: z
          .array(
            z.strictObject({
              provider: z.string().min(1),
              credentials: z.record(z.string(), z.string()),
              settings: z.record(z.string(), z.unknown()).default({}),
              role: z.enum(["everything", "appointments_only", "workflows_only"]).default("everything"),
              environment: z.string().default("production"),
              name: z.string().optional(),
              agent: z.string().optional().describe("The external_id of the one agent it is for."),
              webhook_secret: z.string().min(1).optional(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});
export type Bootstrap = z.output<typeof Bootstrap>;
type TenantPlan = Bootstrap["tenants"][number];
type ConnectionPlan = TenantPlan["connections"][number];

export interface BootstrapReport {
  created: string[];
  there: string[];
  /** Connections whose provider could not be reached. */
  waiting: string[];
}

export async function readBootstrap(file: string): Promise<Bootstrap> {
  const text = await readFile(file, "utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new PlatformError("request.malformed", `${file} is not JSON.`, { cause });
  }
  const result = Bootstrap.safeParse(json);
  if (result.success) return result.data;
  throw new PlatformError("request.invalid", `${file} does not fit:\n${z.prettifyError(result.error)}`);
}

/** Makes what the file names and is not there yet. What is there stays as it is, so that it can run at every start. */
export async function applyBootstrap(
  plan: Bootstrap,
  { db, connections }: { db: Db; connections: Pick<Connections, "list" | "connect"> },
): Promise<BootstrapReport> {
  const report: BootstrapReport = { created: [], there: [], waiting: [] };
  await ensureKeys(null, plan.host_api_keys, "host key");
  for (const tenant of plan.tenants) {
    const tenantId = await ensureTenant(tenant);
    const agents = new Map<string, AgentId>();
    for (const agent of tenant.agents) {
      const { id, isNew } = await db.withTenant(tenantId, (tx) => ensureAgent(tx, tenantId, agent));
      agents.set(agent.external_id, id);
      note(isNew, `agent ${agent.external_id}`);
    }
    await ensureKeys(tenantId, tenant.api_keys, `key of ${tenant.external_id}`);
    for (const connection of tenant.connections) await ensureConnection(tenantId, tenant, connection, agents);
  }
  return report;

  function note(isNew: boolean, what: string): void {
    (isNew ? report.created : report.there).push(what);
  }

  async function ensureTenant(tenant: TenantPlan): Promise<TenantId> {
    const id = newId("tenant");
    const { external_id, name, time_zone, country } = tenant;
    const created = await db.withTenant(id, ({ kysely }) =>
      kysely
        .insertInto("tenants")
        .values({ id, external_id, name, time_zone, country })
        .onConflict((conflict) => conflict.doNothing())
        .returning("id")
        .executeTakeFirst(),
    );
    note(created !== undefined, `tenant ${external_id}`);
    if (created) return id;
    const [row] = await db.transaction((tx) =>
      tx.query<{ id: TenantId }>("select id from find_tenant($1)", [tenant.external_id]),
    );
    if (row) return row.id;
    throw new PlatformError("internal.assumption", `Tenant ${tenant.external_id} is neither new nor there.`);
  }

  async function ensureKeys(tenantId: TenantId | null, keys: Bootstrap["host_api_keys"], what: string): Promise<void> {
    for (const { secret, name, scopes } of keys) {
      const known = await db.transaction((tx) =>
        tx.query<{ tenant_id: TenantId | null }>("select tenant_id from find_api_key($1)", [hashKey(secret)]),
      );
      if (known[0] && known[0].tenant_id !== tenantId)
        throw new PlatformError("request.conflict", `A key of the bootstrap file (${name}) belongs to somebody else.`);
      if (known.length === 0) await createKeyStore(db).add({ tenantId, name, scopes, secret });
      note(known.length === 0, `${what} ${name}`);
    }
  }

  async function ensureConnection(
    tenantId: TenantId,
    tenant: TenantPlan,
    plan: ConnectionPlan,
    agents: ReadonlyMap<string, AgentId>,
  ): Promise<void> {
    const what = `${plan.provider} of ${tenant.external_id}${plan.name ? ` (${plan.name})` : ""}`;
    const agentId = plan.agent === undefined ? null : agents.get(plan.agent);
    if (agentId === undefined)
      throw new PlatformError("request.invalid", `The connection ${what} names an agent that the file does not.`);
    const { data } = await connections.list(tenantId, { provider: plan.provider }, { limit: 200 });
    const isThere = data.some(
      ({ status, agent_id, environment, name }) =>
        status !== "disconnected" &&
        agent_id === agentId &&
        environment === plan.environment &&
        (plan.name === undefined || name === plan.name),
    );
    if (isThere) return note(false, what);
    try {
      await connections.connect(tenantId, {
        provider: plan.provider,
        environment: plan.environment,
        agentId,
        name: plan.name ?? null,
        role: plan.role,
        settings: plan.settings,
        credentials: plan.credentials,
        ...(plan.webhook_secret && { webhookSecret: plan.webhook_secret }),
      });
      note(true, what);
    } catch (error) {
      if (!(error instanceof PlatformError) || error.disposition !== "retry") throw error;
      report.waiting.push(`${what}: ${error.message}`);
    }
  }
}

async function ensureAgent(
  { kysely }: Tx,
  tenantId: TenantId,
  { external_id, name }: { external_id: string; name: string },
): Promise<{ id: AgentId; isNew: boolean }> {
  const created = await kysely
    .insertInto("agents")
    .values({ id: newId("agent"), tenant_id: tenantId, external_id, name })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  if (created) return { id: created.id, isNew: true };
  const known = await kysely
    .selectFrom("agents")
    .select("id")
    .where("external_id", "=", external_id)
    .executeTakeFirst();
  if (known) return { id: known.id, isNew: false };
  throw new PlatformError("internal.assumption", `Agent ${external_id} is neither new nor there.`);
}
