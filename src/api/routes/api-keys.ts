import { z } from "zod";
import { type Clock, PlatformError, toPublicId } from "#core";
import type { Auth } from "../auth.ts";
import { ApiKeyCreate, ApiKeyCreated, ApiKeyPage } from "../contract/api-keys.ts";
import { IdParams, pageQuery } from "../contract/common.ts";
import { type KeyStore, presentKey } from "../key-store.ts";
import { keyHint } from "../keys.ts";
import { pageRequest, toPageBody } from "../paging.ts";
import { defineRoute, type Route } from "../route.ts";
import { firstBeyond } from "../scopes.ts";
import { idFrom, notFound } from "./common.ts";

const aKey = {
  id: "key_01jq8f0c1xe4bsm2v7h9d3kqnr",
  tenant_id: "ten_01jq8f0c1xe4bsm2v7h9d3kqnr",
  name: "Call intake",
  hint: "tl_w3Jx…k9",
  scopes: ["calls:write" as const],
  created_at: "2026-02-15T14:30:00.000Z",
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
};

/** Keys of the tenant the request names; of the host when a host key names none. */
export function apiKeyRoutes({ keys, auth, clock }: { keys: KeyStore; auth: Auth; clock: Clock }): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/v1/api-keys",
      tag: "API keys",
      summary: "List API keys",
      description: "A host key that names no tenant lists the host keys.",
      permission: "keys:read",
      tenant: "optional",
      audit: { none: "a read" },
      query: z.strictObject(pageQuery),
      reply: { status: 200, description: "A page of keys, without their secrets.", schema: ApiKeyPage },
      errors: ["request.invalid"],
      handle: async ({ tenantId, query }) => ({
        body: toPageBody(await keys.list(tenantId, pageRequest(query)), presentKey),
      }),
    }),
    defineRoute({
      method: "POST",
      path: "/v1/api-keys",
      tag: "API keys",
      summary: "Create an API key",
      description: "The secret is in this answer and nowhere else. A key cannot make one that may do more than itself.",
      permission: "keys:write",
      tenant: "optional",
      audit: { action: "api_key.created", subject: "api_key" },
      body: ApiKeyCreate,
      reply: { status: 201, description: "The new key with its secret.", schema: ApiKeyCreated },
      errors: ["request.invalid", "auth.forbidden", "tenant.required"],
      examples: {
        body: { name: "Call intake", scopes: ["calls:write"] },
        reply: { ...aKey, secret: "tl_w3JxN0aQ7VbYzR5mK1tD8uE2gH4cF6sP9oL0iX3jqk9" },
      },
      async handle({ principal, tenantId, body }) {
        const owner = body.for === "host" ? null : tenantId;
        if (body.for === "host" && principal.tenantId !== null)
          throw new PlatformError("auth.forbidden", "Only a host key can make a host key.");
        if (body.for === "tenant" && !tenantId)
          throw new PlatformError(
            "tenant.required",
            "Name the key's tenant with the Tieline-Tenant header, or ask for a host key.",
          );
        const beyond = firstBeyond(principal.scopes, body.scopes);
        if (beyond)
          throw new PlatformError("auth.forbidden", `This key cannot give the scope ${beyond}: it lacks it itself.`);
        const { id, secret } = await keys.add({
          tenantId: owner,
          name: body.name,
          scopes: body.scopes,
          expiresAt: body.expires_at ?? null,
        });
        const created: ApiKeyCreated = {
          id: toPublicId("apiKey", id),
          tenant_id: owner && toPublicId("tenant", owner),
          name: body.name,
          hint: keyHint(secret),
          scopes: body.scopes,
          created_at: new Date(clock.now()).toISOString(),
          expires_at: body.expires_at ?? null,
          revoked_at: null,
          last_used_at: null,
          secret,
        };
        return { body: created, audit: { subjectId: created.id, tenantId: owner, detail: { scopes: body.scopes } } };
      },
    }),
    defineRoute({
      method: "DELETE",
      path: "/v1/api-keys/{id}",
      tag: "API keys",
      summary: "Revoke an API key",
      description: "It is refused everywhere after at most 5 seconds.",
      permission: "keys:write",
      tenant: "optional",
      audit: { action: "api_key.revoked", subject: "api_key" },
      params: IdParams,
      reply: { status: 204, description: "Revoked.", schema: null },
      errors: ["request.not_found"],
      async handle({ tenantId, params }) {
        const id = idFrom("apiKey", params.id);
        if (!(await keys.revoke(tenantId, id))) throw notFound("API key");
        auth.forget();
        return { audit: { subjectId: toPublicId("apiKey", id) } };
      },
    }),
  ];
}
