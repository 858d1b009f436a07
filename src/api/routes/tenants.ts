import { z } from "zod";
import { newId, PlatformError, type TenantId, toPublicId, tryParsePublicId } from "#core";
import { type Db, now } from "#db";
import type { Auth, Principal, TenantRow } from "../auth.ts";
import { IdParams, pageQuery } from "../contract/common.ts";
import { Tenant, TenantCreate, TenantPage, TenantUpdate } from "../contract/tenants.ts";
import { badCursor } from "../paging.ts";
import { defineRoute, type Route } from "../route.ts";
import { found, instant, isUniqueViolation, notFound } from "./common.ts";

const aTenant = {
  id: "ten_01jq8f0c1xe4bsm2v7h9d3kqnr",
  external_id: "acme",
  name: "Acme Roofing",
  time_zone: "America/New_York",
  country: "US",
  settings: {},
  created_at: "2026-02-15T14:30:00.000Z",
  updated_at: "2026-02-15T14:30:00.000Z",
};

/** The customer businesses of the host app. A host key sees all of them, a tenant's key its own. */
export function tenantRoutes({ db, auth }: { db: Db; auth: Auth }): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/v1/tenants",
      tag: "Tenants",
      summary: "List tenants",
      permission: "tenants:read",
      tenant: "optional",
      audit: { none: "a read" },
      query: z.strictObject(pageQuery),
      reply: { status: 200, description: "A page of tenants.", schema: TenantPage },
      errors: ["request.invalid"],
      async handle({ principal, query }) {
        if (principal.tenantId) return { body: pageBody([await readOwn(principal, principal.tenantId)], null, null) };
        const { cursor, limit } = query;
        const trail = readTrail(cursor);
        const start = trail.at(-1) ?? null;
        const after = start ? await readAny(start) : null;
        if (start && !after) throw badCursor();
        const rows = await db.transaction((tx) =>
          tx.query<TenantRow>("select * from list_tenants((select created_at from find_tenant($1)), $2, $3)", [
            start ?? "",
            start,
            limit + 1,
          ]),
        );
        const page = rows.slice(0, limit);
        const last = page.at(-1);
        const next = rows.length > limit && last ? writeTrail([...trail, last.id]) : null;
        const prev = trail.length > 0 ? writeTrail(trail.slice(0, -1)) : null;
        return { body: pageBody(page, next, prev) };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/v1/tenants",
      tag: "Tenants",
      summary: "Create a tenant",
      permission: "tenants:write",
      tenant: "optional",
      audit: { action: "tenant.created", subject: "tenant" },
      body: TenantCreate,
      reply: { status: 201, description: "The new tenant.", schema: Tenant },
      errors: ["request.invalid", "request.conflict"],
      examples: { body: { name: "Acme Roofing", external_id: "acme", time_zone: "America/New_York" }, reply: aTenant },
      async handle({ principal, body }) {
        refuseTenantKeys(principal);
        const id = newId("tenant");
        const { external_id, name, time_zone, country } = body;
        const values = { id, external_id, name, time_zone, country, settings: JSON.stringify(body.settings) };
        const row = await db.withTenant(id, ({ kysely }) =>
          kysely
            .insertInto("tenants")
            .values(values)
            .onConflict((conflict) => conflict.doNothing())
            .returningAll()
            .executeTakeFirst(),
        );
        if (!row) throw taken(body.external_id);
        auth.forget(); // "no such tenant" may be remembered
        const tenant = present(row);
        return {
          body: tenant,
          headers: { location: `/v1/tenants/${tenant.id}` },
          audit: { subjectId: tenant.id, tenantId: id },
        };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/v1/tenants/{id}",
      tag: "Tenants",
      summary: "Read a tenant",
      description: "By id, or by the host's own external_id.",
      permission: "tenants:read",
      tenant: "optional",
      audit: { none: "a read" },
      params: IdParams,
      reply: { status: 200, description: "The tenant.", schema: Tenant },
      errors: ["request.not_found"],
      examples: { reply: aTenant },
      handle: async ({ principal, params }) => ({ body: present(await readOwn(principal, params.id)) }),
    }),
    defineRoute({
      method: "PATCH",
      path: "/v1/tenants/{id}",
      tag: "Tenants",
      summary: "Change a tenant",
      permission: "tenants:write",
      tenant: "optional",
      audit: { action: "tenant.updated", subject: "tenant" },
      params: IdParams,
      body: TenantUpdate,
      reply: { status: 200, description: "The tenant as it is now.", schema: Tenant },
      errors: ["request.not_found", "request.invalid", "request.conflict"],
      examples: { body: { time_zone: "America/Chicago" }, reply: { ...aTenant, time_zone: "America/Chicago" } },
      async handle({ principal, params, body }) {
        const { id } = await readOwn(principal, params.id);
        const { external_id, name, time_zone, country } = body;
        const settings = body.settings && JSON.stringify(body.settings);
        const row = await db
          .withTenant(id, ({ kysely }) =>
            kysely
              .updateTable("tenants")
              .set({ external_id, name, time_zone, country, settings, updated_at: now }) // what is undefined stays
              .where("id", "=", id)
              .returningAll()
              .executeTakeFirst(),
          )
          .catch((error) => {
            throw isUniqueViolation(error) ? taken(body.external_id) : error;
          });
        auth.forget();
        const tenant = present(found("tenant", row));
        return { body: tenant, audit: { subjectId: tenant.id, tenantId: id, detail: { changed: Object.keys(body) } } };
      },
    }),
    defineRoute({
      method: "DELETE",
      path: "/v1/tenants/{id}",
      tag: "Tenants",
      summary: "Remove a tenant and everything of it",
      description: "Refused while an account is connected: disconnect first, so that access at the provider ends too.",
      permission: "tenants:write",
      tenant: "optional",
      audit: { action: "tenant.removed", subject: "tenant" },
      params: IdParams,
      reply: { status: 204, description: "Removed.", schema: null },
      errors: ["request.not_found", "request.conflict"],
      async handle({ principal, params }) {
        refuseTenantKeys(principal);
        const { id } = await readOwn(principal, params.id);
        await db.withTenant(id, async ({ kysely }) => {
          const live = kysely.selectFrom("connections").select("id").where("status", "<>", "disconnected").limit(1);
          if (await live.executeTakeFirst())
            throw new PlatformError(
              "request.conflict",
              "The tenant still has connected accounts. Disconnect them first.",
            );
          await kysely.deleteFrom("tenants").where("id", "=", id).execute();
        });
        auth.forget();
        return { audit: { subjectId: toPublicId("tenant", id), tenantId: null } };
      },
    }),
  ];

  async function readOwn(principal: Principal, wanted: string): Promise<TenantRow> {
    const row = found("tenant", await readAny(tryParsePublicId("tenant", wanted) ?? wanted));
    if (principal.tenantId && principal.tenantId !== row.id) throw notFound("tenant");
    return row;
  }

  async function readAny(wanted: string): Promise<TenantRow | null> {
    const [row] = await db.transaction((tx) => tx.query<TenantRow>("select * from find_tenant($1)", [wanted]));
    return row ?? null;
  }
}

function present(row: TenantRow): Tenant {
  return {
    id: toPublicId("tenant", row.id),
    external_id: row.external_id,
    name: row.name,
    time_zone: row.time_zone,
    country: row.country,
    settings: row.settings,
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
  };
}

function pageBody(rows: readonly TenantRow[], next: string | null, prev: string | null) {
  return { data: rows.map(present), has_more: next !== null, next_cursor: next, prev_cursor: prev };
}

function refuseTenantKeys(principal: Principal): void {
  if (principal.tenantId === null) return;
  throw new PlatformError("auth.forbidden", "This needs a host key: a tenant's key acts for its own tenant only.");
}

function taken(externalId: string | null | undefined): PlatformError {
  return new PlatformError("request.conflict", `A tenant with the external_id ${externalId} exists already.`);
}

// The list reads in one direction only, so a cursor carries the way it came: the last rows of the pages before it.
// The oldest fall off after 12, and paging back then ends there.
const longestTrail = 12;

function writeTrail(trail: readonly TenantId[]): string {
  const bytes = trail.slice(-longestTrail).map((id) => Buffer.from(id.replaceAll("-", ""), "hex"));
  return `t${Buffer.concat(bytes).toString("base64url")}`;
}

function readTrail(cursor: string | undefined): TenantId[] {
  if (cursor === undefined) return [];
  const hex = Buffer.from(cursor.slice(1), "base64url").toString("hex");
  if (cursor[0] !== "t" || hex.length % 32 !== 0) throw badCursor();
  return (hex.match(/.{32}/g) ?? []).map(
    (id) => [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join("-") as TenantId,
  );
}
