import { readPage, type TenantId } from "#core";
import { type Db, inKeyset } from "#db";
import type { Tracer } from "#insights";
import { AuditPage, AuditQuery, Trace, TraceQuery } from "../contract/operations.ts";
import { pageRequest, toPageBody } from "../paging.ts";
import { defineRoute, type Route } from "../route.ts";
import { instant, shown } from "./common.ts";

/** Where did it stop and why; and who did what. */
export function operationRoutes({ db, tracer }: { db: Db; tracer: Tracer }): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/v1/trace",
      tag: "Operations",
      summary: "Trace anything",
      description: "Any id, phone, e-mail, call or message id, or CRM id answers where it stopped and why.",
      permission: "calls:read",
      tenant: "required",
      audit: { none: "a read" },
      query: TraceQuery,
      reply: { status: 200, description: "The calls and messages it leads to, station by station.", schema: Trace },
      errors: ["request.invalid"],
      examples: { query: "q=call_abc123" },
      handle: async ({ tenantId, query }) => ({ body: presentTrace(await tracer.trace(tenantId, query.q)) }),
    }),
    defineRoute({
      method: "GET",
      path: "/v1/audit",
      tag: "Operations",
      summary: "List who did what",
      permission: "audit:read",
      tenant: "required",
      audit: { none: "a read" },
      query: AuditQuery,
      reply: { status: 200, description: "A page of audit entries.", schema: AuditPage },
      errors: ["request.invalid"],
      handle: async ({ tenantId, query }) => ({ body: await readAudit(tenantId, query) }),
    }),
  ];

  async function readAudit(
    tenantId: TenantId,
    query: { action?: string | undefined; subject_id?: string | undefined; cursor?: string | undefined; limit: number },
  ) {
    const { action, subject_id } = query;
    const page = await db.withTenant(tenantId, ({ kysely }) => {
      let wanted = kysely.selectFrom("audit_log").selectAll().where("tenant_id", "=", tenantId);
      if (action !== undefined) wanted = wanted.where("action", "=", action);
      if (subject_id !== undefined) wanted = wanted.where("subject_id", "=", subject_id);
      return readPage(pageRequest(query), (keyset) => inKeyset(wanted, keyset).execute());
    });
    return toPageBody(page, ({ id, actor, action, subject_kind, subject_id, detail, ...row }) => ({
      id,
      actor,
      action,
      subject_kind,
      subject_id,
      detail,
      request_id: row.request_id,
      created_at: instant(row.created_at),
    }));
  }
}

function presentTrace(trace: Trace): Trace {
  return {
    ...trace,
    calls: trace.calls.map((call) => presentTraced("call", call)),
    messages: trace.messages.map((message) => presentTraced("message", message)),
  };
}

function presentTraced<T extends Trace["calls"][number] | Trace["messages"][number]>(
  kind: "call" | "message",
  traced: T,
): T {
  return {
    ...traced,
    id: shown(kind, traced.id),
    agent_id: shown("agent", traced.agent_id),
    paths: traced.paths.map((path) => ({
      ...path,
      connection_id: path.connection_id && shown("connection", path.connection_id),
    })),
  };
}
