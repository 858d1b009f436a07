import type { FieldError } from "#core";

/** A value the person types into the connect form. */
export interface CredentialField {
  name: string;
  label: string;
  /** Where to find it, in one sentence. */
  hint: string;
  secret: boolean;
}

/** OAuth 2 authorization code. */
export interface OAuth2Strategy {
  kind: "oauth2";
  /** On the auth host. */
  authorizePath: string;
  /** On the API host unless `tokenHost` says otherwise. */
  tokenPath: string;
  tokenHost?: "api" | "auth";
  /** How the token endpoint wants the client: in the form, as Basic, or in a JSON body. */
  clientAuth: "form" | "basic" | "json";
  pkce: boolean;
  /** `single_use`: each refresh answers a new refresh token and the old one is dead. `reusable`: the same one stays. */
  refreshTokens: "reusable" | "single_use";
  scopes: { required: string[]; optional: string[] };
  /** Extra authorize parameters. */
  authorizeParameters?: Record<string, string>;
  /** What the token answer says about the account, where it says it. */
  account?(tokenAnswer: Record<string, unknown>): { id: string; name?: string; scopes?: string[] } | null;
  /** The request that revokes the grant at the provider. */
  revoke?: { path: string; host?: "api" | "auth" };
}

/** A key or token the person pastes. */
export interface ApiKeyStrategy {
  kind: "api_key";
  fields: CredentialField[];
  /** Headers each request carries, from the stored fields. */
  headers(credentials: Record<string, string>): Record<string, string>;
}

/** OAuth 2 client credentials, per tenant. */
export interface ClientCredentialsStrategy {
  kind: "client_credentials";
  fields: CredentialField[];
  tokenPath: string;
  tokenHost?: "api" | "auth";
  /** Form parameters of the token request. */
  form(credentials: Record<string, string>): Record<string, string>;
  headers(credentials: Record<string, string>): Record<string, string>;
}

/** A URL that is itself the credential. Requests go to that URL. */
export interface WebhookUrlStrategy {
  kind: "webhook_url";
  fields: CredentialField[];
  /** Answers what is wrong with the URL; empty when nothing is. `allowedHost` is the configured base URL's host. */
  check(url: URL, allowedHost: string): FieldError[];
  /** Whose URL it is, as far as the URL says, and the URL as people may see it: without its secret part. */
  account?(url: URL): { id: string; name: string };
}

export type AuthStrategy = OAuth2Strategy | ApiKeyStrategy | ClientCredentialsStrategy | WebhookUrlStrategy;
export type AuthKind = AuthStrategy["kind"];
