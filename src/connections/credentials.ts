import type { AuthStrategy } from "#connector-kit";
import { PlatformError } from "#core";

/** What is sealed in a credentials row. */
export type Secret =
  | {
      kind: "oauth2";
      accessToken: string;
      /** Null where the provider gave none: the person signs in again when the access token dies. */
      refreshToken: string | null;
      /** `installation`, or the id of the tenant's own app: a refresh token works with the app it was given to only. */
      app: string;
    }
  /** What the person typed, and the access token it was exchanged for, if that is the provider's way. */
  | { kind: "fields"; fields: Record<string, string>; accessToken: string | null };

/** A credentials row, opened. */
export interface Credentials {
  secret: Secret;
  /** Counts up with each stored change. */
  version: number;
  expiresAt: number | null;
}

/** Headers that sign a request in. */
export function signInHeaders(strategy: AuthStrategy, secret: Secret): Record<string, string> {
  if (strategy.kind === "oauth2") return { authorization: `Bearer ${secret.accessToken ?? ""}` };
  const fields = secret.kind === "fields" ? secret.fields : {};
  if (strategy.kind === "api_key") return strategy.headers(fields);
  if (strategy.kind === "webhook_url") return {};
  return { authorization: `Bearer ${secret.accessToken ?? ""}`, ...strategy.headers(fields) };
}

/** The URL of a `webhook_url` connection: the first of its fields. */
export function webhookUrlOf(strategy: AuthStrategy, secret: Secret): string {
  const name = strategy.kind === "webhook_url" ? strategy.fields[0]?.name : undefined;
  const url = secret.kind === "fields" && name ? secret.fields[name] : undefined;
  if (url) return url;
  throw new PlatformError("internal.assumption", "A webhook connection has no URL.");
}

/** The strategy of the manifest that a connection signed in with. */
export function strategyOf(connector: { id: string; auth: readonly AuthStrategy[] }, kind: string): AuthStrategy {
  const strategy = connector.auth.find((candidate) => candidate.kind === kind);
  if (strategy) return strategy;
  throw new PlatformError("internal.assumption", `${connector.id} no longer offers to sign in by ${kind}.`);
}
