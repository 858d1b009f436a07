import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Clock, PlatformError, toPublicId } from "#core";
import { type Auth, type Principal, sessionCookie, type TenantRow } from "./auth.ts";
import { LoginRequest, Session } from "./contract/session.ts";
import { parseJsonBody } from "./json-body.ts";
import { hashKey } from "./keys.ts";
import { toFieldErrors } from "./problems.ts";
import type { CountRequest } from "./rate-limits.ts";
import { defineRoute, type Route } from "./route.ts";
import type { Tokens } from "./tokens.ts";

const codeMs = 10 * 60_000;

/** Codes of one-time login links, as the demo prints them. Kept in this process only. */
export function createLoginCodes(clock: Clock) {
  const codes = new Map<string, { keyHash: string; until: number }>();
  return {
    make(secret: string): string {
      const code = randomBytes(24).toString("base64url");
      codes.set(code, { keyHash: hashKey(secret).toString("hex"), until: clock.now() + codeMs });
      return code;
    },
    take(code: string): string | null {
      const entry = codes.get(code);
      codes.delete(code);
      return entry && entry.until > clock.now() ? entry.keyHash : null;
    },
  };
}

export type LoginCodes = ReturnType<typeof createLoginCodes>;

export function sessionRoutes(): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/v1/session",
      tag: "Session",
      summary: "See who you are",
      permission: "any",
      tenant: "optional",
      takesConnectTokens: true,
      audit: { none: "a read" },
      reply: { status: 200, description: "The key, its scopes and its tenant.", schema: Session },
      errors: ["request.not_found"],
      handle: async ({ principal, http }) => ({ body: presentSession(principal, http.tenant) }),
    }),
  ];
}

interface SessionDeps {
  auth: Auth;
  tokens: Tokens;
  codes: LoginCodes;
  count: CountRequest;
  isHttps: boolean;
}

/** Signing in at the dashboard: an API key becomes a cookie that no script can read and no foreign page can use. */
export function registerSessionPages(server: FastifyInstance, deps: SessionDeps) {
  const { auth, tokens, codes, count, isHttps } = deps;
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("application/json", { parseAs: "buffer", bodyLimit: 4_096 }, (_request, body, done) => {
      try {
        done(null, parseJsonBody(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    });
    const limited = (request: FastifyRequest, reply: FastifyReply) => count("login", request, reply);

    // JSON only: a foreign page's form cannot sign a visitor in to somebody else's account.
    scope.post("/login", { onRequest: limited }, async (request, reply) => {
      const parsed = LoginRequest.safeParse(request.body ?? {});
      if (!parsed.success)
        throw new PlatformError("request.invalid", "Send the key as JSON.", {
          errors: toFieldErrors(parsed.error.issues),
        });
      const principal = await auth.byKey(parsed.data.key.trim());
      const tenant = await auth.tenantFor(principal, undefined);
      const expiresAt = await signIn(reply, hashKey(parsed.data.key.trim()).toString("hex"));
      return reply.send(presentSession({ ...principal, kind: "session", expiresAt }, tenant));
    });

    scope.post("/logout", { onRequest: limited }, async (_request, reply) => {
      reply.header("set-cookie", cookie("", 0));
      return reply.code(204).send();
    });
  });

  return { followLink };

  /** A one-time login link: the cookie, and on to the dashboard. */
  async function followLink(request: FastifyRequest, reply: FastifyReply, code: string): Promise<FastifyReply> {
    await count("login", request, reply);
    const keyHash = codes.take(code);
    if (!keyHash) throw new PlatformError("auth.unauthenticated", "This login link was used before or has expired.");
    await signIn(reply, keyHash);
    return reply.redirect("/", 303);
  }

  async function signIn(reply: FastifyReply, keyHash: string): Promise<string> {
    const { token, expiresAt, maxAgeSeconds } = await tokens.makeSession(keyHash);
    reply.header("set-cookie", cookie(token, maxAgeSeconds));
    return expiresAt;
  }

  function cookie(value: string, maxAgeSeconds: number): string {
    return `${sessionCookie}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${isHttps ? "; Secure" : ""}`;
  }
}

function presentSession(principal: Principal, tenant: TenantRow | null): Session {
  return {
    kind: principal.kind,
    key: { id: principal.id, name: principal.name },
    scopes: principal.scopes,
    is_host: principal.tenantId === null,
    tenant: tenant && {
      id: toPublicId("tenant", tenant.id),
      external_id: tenant.external_id,
      name: tenant.name,
      time_zone: tenant.time_zone,
    },
    expires_at: principal.expiresAt,
  };
}
