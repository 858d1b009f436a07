import type { FastifyRequest } from "fastify";
import {
  type AgentId,
  type Clock,
  type ConnectionId,
  PlatformError,
  type TenantId,
  toPublicId,
  tryParsePublicId,
} from "#core";
import type { Db } from "#db";
import type { Scope } from "./contract/session.ts";
import { hashKey } from "./keys.ts";
import { createLookup } from "./lookup.ts";
import type { Tokens } from "./tokens.ts";

/** Who sends a request. */
export interface Principal {
  kind: "api_key" | "session" | "connect_token";
  /** `key_…` or `ctk_…`: what rate limits and the audit log go by. */
  id: string;
  name: string;
  /** The only tenant it may act for; null for a host key, which names one with each request. */
  tenantId: TenantId | null;
  scopes: Scope[];
  expiresAt: string | null;
  /** What a connect token may reach. */
  connect?: {
    mode: "connect" | "reconnect" | "manage";
    providers: string[];
    agentId: AgentId | null;
    connectionId: ConnectionId | null;
  };
}

export interface TenantRow {
  id: TenantId;
  external_id: string | null;
  name: string;
  time_zone: string;
  country: string;
  settings: Record<string, unknown>;
  created_at: Date;
  updated_at: Date;
}

interface KeyRow {
  id: string;
  tenant_id: TenantId | null;
  name: string;
  scopes: Scope[];
  expires_at: Date | null;
}

export const sessionCookie = "tl_session";
/** A header that a foreign page cannot send without asking first, and we never say yes. */
export const sessionHeader = "tieline-session";

export function createAuth(deps: { db: Db; tokens: Tokens; clock: Clock; onError: (error: unknown) => void }) {
  const { db, tokens, clock, onError } = deps;
  // Intake must not pay a query per request; a revoked key is out everywhere after at most 5 seconds.
  const keys = createLookup<Principal>({ clock, ttlMs: 5_000, max: 10_000, load: readKey });
  const tenants = createLookup<TenantRow>({ clock, ttlMs: 5_000, max: 10_000, load: readTenant });

  return { authenticate, byKey, tenantFor, forget };

  /** Who sends this request. Throws `auth.unauthenticated`, or `auth.forbidden` for a change that a foreign page could have sent. */
  async function authenticate(request: FastifyRequest): Promise<Principal> {
    const header = request.headers.authorization;
    if (header !== undefined) {
      const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
      if (!token) throw unauthenticated("The Authorization header is not of the form `Bearer <key>`.");
      if (token.startsWith("tl_")) return byKey(token);
      return tokens.readConnectToken(token);
    }
    const cookie = readCookie(request.headers.cookie, sessionCookie);
    if (cookie === null) throw unauthenticated("The request carries no key.");
    const { keyHash, expiresAt } = await tokens.readSession(cookie);
    if (request.method !== "GET" && request.headers[sessionHeader] === undefined)
      throw new PlatformError("auth.forbidden", "A change by cookie needs the header `Tieline-Session: 1`.");
    const key = await keys.get(keyHash);
    if (!key) throw unauthenticated("The key of this session is no longer valid.");
    return { ...key, kind: "session", expiresAt };
  }

  async function byKey(secret: string): Promise<Principal> {
    // Looked up by its hash: what an attacker could learn from timing is the hash of a guess, not the key.
    const key = await keys.get(hashKey(secret).toString("hex"));
    if (!key) throw unauthenticated("The key is not known, has expired or was revoked.");
    if (key.expiresAt && Date.parse(key.expiresAt) <= clock.now()) throw unauthenticated("The key has expired.");
    return key;
  }

  /** The tenant a request acts for: the key's own, or the one that a host key names. Another one is as good as none. */
  async function tenantFor(principal: Principal, wanted: string | undefined): Promise<TenantRow | null> {
    if (wanted === undefined) return principal.tenantId ? existing(await tenants.get(principal.tenantId)) : null;
    const tenant = existing(await tenants.get(tryParsePublicId("tenant", wanted) ?? wanted.slice(0, 200)));
    return principal.tenantId && principal.tenantId !== tenant.id ? existing(null) : tenant;
  }

  /** After a change, so that this process sees it at once. */
  function forget(): void {
    keys.clear();
    tenants.clear();
  }

  async function readKey(hash: string): Promise<Principal | null> {
    const [row] = await db.transaction(async (tx) => {
      const rows = await tx.query<KeyRow>("select id, tenant_id, name, scopes, expires_at from find_api_key($1)", [
        Buffer.from(hash, "hex"),
      ]);
      return rows;
    });
    if (!row) return null;
    // Not awaited: when a key was used last is for people, and writes at most once a minute.
    db.transaction((tx) => tx.query("select touch_api_key($1)", [row.id])).catch(onError);
    return {
      kind: "api_key",
      id: toPublicId("apiKey", row.id),
      name: row.name,
      tenantId: row.tenant_id,
      scopes: row.scopes,
      expiresAt: row.expires_at?.toISOString() ?? null,
    };
  }

  async function readTenant(wanted: string): Promise<TenantRow | null> {
    const [row] = await db.transaction((tx) => tx.query<TenantRow>("select * from find_tenant($1)", [wanted]));
    return row ?? null;
  }
}

export type Auth = ReturnType<typeof createAuth>;

function existing(tenant: TenantRow | null): TenantRow {
  if (tenant) return tenant;
  throw new PlatformError("request.not_found", "There is no such tenant.");
}

function unauthenticated(detail: string): PlatformError {
  return new PlatformError("auth.unauthenticated", detail);
}

/** One cookie of a Cookie header. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const part of header?.split(";") ?? []) {
    const [key, ...value] = part.trim().split("=");
    if (key === name) return value.join("=");
  }
  return null;
}
