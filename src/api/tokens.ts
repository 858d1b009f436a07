import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import {
  type AgentId,
  type Clock,
  type ConnectionId,
  PlatformError,
  parsePublicId,
  type TenantId,
  toPublicId,
} from "#core";
import type { Principal } from "./auth.ts";

const sessionMs = 12 * 3_600_000;
const connectTokenMs = 15 * 60_000;
const startLinkMs = 10 * 60_000;

/** What a connect token says. */
export interface ConnectClaims {
  tenantId: TenantId;
  mode: "connect" | "reconnect" | "manage";
  providers: string[];
  agentId: AgentId | null;
  connectionId: ConnectionId | null;
  origins: string[];
}

/**
 * What we sign and seal for others to carry. The first secret signs, all of them verify, so a rotation throws nobody out.
 * Each purpose has its own key: a session can never be read as a connect token.
 */
export function createTokens({ secrets, clock }: { secrets: readonly Uint8Array[]; clock: Clock }) {
  const keysFor = (purpose: string) =>
    secrets.map((secret) => new Uint8Array(hkdfSync("sha256", secret, "", `tieline ${purpose}`, 32)));
  const keys = {
    session: keysFor("session"),
    connect: keysFor("connect token"),
    start: keysFor("oauth start link"),
    seal: keysFor("sealed answers"),
  };

  return { makeSession, readSession, makeConnectToken, readConnectToken, makeStartLink, readStartLink, seal, unseal };

  async function makeSession(keyHash: string): Promise<{ token: string; expiresAt: string; maxAgeSeconds: number }> {
    const { token, expiresAt } = await sign("session", { kh: keyHash }, sessionMs);
    return { token, expiresAt, maxAgeSeconds: sessionMs / 1000 };
  }

  async function readSession(token: string): Promise<{ keyHash: string; expiresAt: string }> {
    const { kh, exp } = await verify("session", token);
    return { keyHash: String(kh), expiresAt: new Date(Number(exp) * 1000).toISOString() };
  }

  async function makeConnectToken(id: string, claims: ConnectClaims): Promise<{ token: string; expiresAt: string }> {
    return sign(
      "connect",
      {
        jti: toPublicId("connectToken", id),
        sub: toPublicId("tenant", claims.tenantId),
        mode: claims.mode,
        providers: claims.providers,
        agent: claims.agentId && toPublicId("agent", claims.agentId),
        connection: claims.connectionId && toPublicId("connection", claims.connectionId),
        origins: claims.origins,
      },
      connectTokenMs,
    );
  }

  async function readConnectToken(token: string): Promise<Principal> {
    const claims = await verify("connect", token);
    return {
      kind: "connect_token",
      id: String(claims.jti),
      name: "connect token",
      tenantId: parsePublicId("tenant", String(claims.sub)),
      scopes: ["connections:read", "connections:write"],
      expiresAt: new Date(Number(claims.exp) * 1000).toISOString(),
      connect: {
        mode: claims.mode as ConnectClaims["mode"],
        providers: claims.providers as string[],
        agentId: claims.agent ? parsePublicId("agent", String(claims.agent)) : null,
        connectionId: claims.connection ? parsePublicId("connection", String(claims.connection)) : null,
      },
    };
  }

  /** The code of a link that begins a sign-in in whichever browser opens it. */
  async function makeStartLink(visit: Record<string, unknown>): Promise<{ code: string; expiresAt: string }> {
    const expiresAt = new Date(clock.now() + startLinkMs).toISOString();
    return { code: seal(JSON.stringify({ visit, expiresAt }), "start"), expiresAt };
  }

  async function readStartLink(code: string): Promise<Record<string, unknown>> {
    const text = unseal(code, "start");
    const { visit, expiresAt } = text === null ? { visit: null, expiresAt: "" } : JSON.parse(text);
    if (!visit || Date.parse(expiresAt) <= clock.now())
      throw new PlatformError("connect.state_invalid", "This sign-in link has expired. Start the connection again.");
    return visit;
  }

  /** Encrypts what is kept or carried: AES-256-GCM, nonce and tag included. */
  function seal(text: string, purpose: "seal" | "start" = "seal"): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", keys[purpose][0] as Uint8Array, nonce);
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
  }

  /** Null when none of our keys opens it. */
  function unseal(sealed: string, purpose: "seal" | "start" = "seal"): string | null {
    const bytes = Buffer.from(sealed, "base64url");
    if (bytes.length < 28) return null;
    for (const key of keys[purpose]) {
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
        decipher.setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
      } catch {
        // Sealed with another of the keys, or not by us.
      }
    }
    return null;
  }

  async function sign(purpose: "session" | "connect", claims: Record<string, unknown>, ms: number) {
    const until = Math.floor((clock.now() + ms) / 1000);
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256" })
      .setExpirationTime(until)
      .sign(keys[purpose][0] as Uint8Array);
    return { token, expiresAt: new Date(until * 1000).toISOString() };
  }

  async function verify(purpose: "session" | "connect", token: string): Promise<Record<string, unknown>> {
    for (const key of keys[purpose]) {
      const payload = await jwtVerify(token, key, { algorithms: ["HS256"], currentDate: new Date(clock.now()) }).then(
        (verified) => verified.payload,
        () => null,
      );
      if (payload) return payload;
    }
    throw new PlatformError(
      "auth.unauthenticated",
      purpose === "session" ? "The session has ended: sign in again." : "The key or connect token is not valid.",
    );
  }
}

export type Tokens = ReturnType<typeof createTokens>;
