import { z } from "zod";
import { type AgentId, newId, PlatformError, readPage, type TenantId, toPublicId, tryParsePublicId } from "#core";
import { type Db, inKeyset, now, type Tx } from "#db";
import { Agent, AgentCreate, AgentPage, AgentUpdate } from "../contract/agents.ts";
import { IdParams, pageQuery } from "../contract/common.ts";
import { pageRequest, toPageBody } from "../paging.ts";
import { defineRoute, type Route } from "../route.ts";
import { found, instant, isUniqueViolation, notFound } from "./common.ts";

interface AgentRow {
  id: AgentId;
  external_id: string | null;
  name: string;
  settings: Record<string, unknown>;
  created_at: Date;
  updated_at: Date;
}

const anAgent = {
  id: "agt_01jq8f0c1xe4bsm2v7h9d3kqnr",
  external_id: "agent_xyz789",
  name: "Front desk",
  settings: {},
  created_at: "2026-02-15T14:30:00.000Z",
  updated_at: "2026-02-15T14:30:00.000Z",
};

/** The voice and SMS agents of a tenant. */
export function agentRoutes({ db }: { db: Db }): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/v1/agents",
      tag: "Agents",
      summary: "List agents",
      permission: "agents:read",
      tenant: "required",
      audit: { none: "a read" },
      query: z.strictObject(pageQuery),
      reply: { status: 200, description: "A page of agents.", schema: AgentPage },
      errors: ["request.invalid"],
      async handle({ tenantId, query }) {
        const page = await db.withTenant(tenantId, ({ kysely }) =>
          readPage(pageRequest(query), (keyset) => inKeyset(kysely.selectFrom("agents").selectAll(), keyset).execute()),
        );
        return { body: toPageBody(page, present) };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/v1/agents",
      tag: "Agents",
      summary: "Create an agent",
      permission: "agents:write",
      tenant: "required",
      audit: { action: "agent.created", subject: "agent" },
      body: AgentCreate,
      reply: { status: 201, description: "The new agent.", schema: Agent },
      errors: ["request.invalid", "request.conflict"],
      examples: { body: { name: "Front desk", external_id: "agent_xyz789" }, reply: anAgent },
      async handle({ tenantId, body }) {
        const { external_id, name } = body;
        const settings = JSON.stringify(body.settings);
        const row = await db.withTenant(tenantId, ({ kysely }) =>
          kysely
            .insertInto("agents")
            .values({ id: newId("agent"), tenant_id: tenantId, external_id, name, settings })
            .onConflict((conflict) => conflict.doNothing())
            .returningAll()
            .executeTakeFirst(),
        );
        if (!row) throw taken(body.external_id);
        const agent = present(row);
        return { body: agent, headers: { location: `/v1/agents/${agent.id}` }, audit: { subjectId: agent.id } };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/v1/agents/{id}",
      tag: "Agents",
      summary: "Read an agent",
      description: "By id, or by the host's own external_id.",
      permission: "agents:read",
      tenant: "required",
      audit: { none: "a read" },
      params: IdParams,
      reply: { status: 200, description: "The agent.", schema: Agent },
      errors: ["request.not_found"],
      examples: { reply: anAgent },
      handle: async ({ tenantId, params }) => ({
        body: present(await db.withTenant(tenantId, (tx) => readAgent(tx, params.id))),
      }),
    }),
    defineRoute({
      method: "PATCH",
      path: "/v1/agents/{id}",
      tag: "Agents",
      summary: "Change an agent",
      permission: "agents:write",
      tenant: "required",
      audit: { action: "agent.updated", subject: "agent" },
      params: IdParams,
      body: AgentUpdate,
      reply: { status: 200, description: "The agent as it is now.", schema: Agent },
      errors: ["request.not_found", "request.invalid", "request.conflict"],
      examples: { body: { name: "Night desk" }, reply: { ...anAgent, name: "Night desk" } },
      async handle({ tenantId, params, body }) {
        const { external_id, name } = body;
        const settings = body.settings && JSON.stringify(body.settings);
        const change = async (tx: Tx) => {
          const { id } = await readAgent(tx, params.id);
          return tx.kysely
            .updateTable("agents")
            .set({ external_id, name, settings, updated_at: now }) // what is undefined stays
            .where("id", "=", id)
            .returningAll()
            .executeTakeFirst();
        };
        const row = await db.withTenant(tenantId, change).catch((error) => {
          throw isUniqueViolation(error) ? taken(body.external_id) : error;
        });
        const agent = present(found("agent", row));
        return { body: agent, audit: { subjectId: agent.id, detail: { changed: Object.keys(body) } } };
      },
    }),
    defineRoute({
      method: "DELETE",
      path: "/v1/agents/{id}",
      tag: "Agents",
      summary: "Remove an agent",
      description: "Refused while it has calls or connections of its own, which would go with it.",
      permission: "agents:write",
      tenant: "required",
      audit: { action: "agent.removed", subject: "agent" },
      params: IdParams,
      reply: { status: 204, description: "Removed.", schema: null },
      errors: ["request.not_found", "request.conflict"],
      async handle({ tenantId, params }) {
        const id = await db.withTenant(tenantId, async (tx) => {
          const { id } = await readAgent(tx, params.id);
          // One look at both tables, in words of SQL.
          const kept = await tx.query(
            `select 1 where exists (select from calls where agent_id = $1) or exists (select from connections where agent_id = $1)`,
            [id],
          );
          if (kept.length > 0)
            throw new PlatformError(
              "request.conflict",
              "The agent has calls or connections, which would be lost with it.",
            );
          await tx.kysely.deleteFrom("agents").where("id", "=", id).execute();
          return id;
        });
        return { audit: { subjectId: toPublicId("agent", id) } };
      },
    }),
  ];
}

/** An agent by our id or the host's own. Throws `request.not_found`. */
export async function readAgent({ kysely }: Tx, wanted: string): Promise<AgentRow> {
  const id = tryParsePublicId("agent", wanted);
  const agents = kysely.selectFrom("agents").selectAll();
  const row = await (id ? agents.where("id", "=", id) : agents.where("external_id", "=", wanted)).executeTakeFirst();
  if (!row) throw notFound("agent");
  return row;
}

/** The agent that a body or a filter names; null when it names none. */
export async function agentIdFor(db: Db, tenantId: TenantId, wanted: string | undefined): Promise<AgentId | null> {
  if (wanted === undefined) return null;
  return (await db.withTenant(tenantId, (tx) => readAgent(tx, wanted))).id;
}

function present(row: AgentRow): Agent {
  return {
    id: toPublicId("agent", row.id),
    external_id: row.external_id,
    name: row.name,
    settings: row.settings,
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
  };
}

function taken(externalId: string | null | undefined): PlatformError {
  return new PlatformError("request.conflict", `An agent with the external_id ${externalId} exists already.`);
}
