import type { z } from "zod";
import type { PlatformError } from "#core";
import type { CompletedCall } from "#model";
import type { Actions } from "./actions.ts";
import type { ProviderApi, ProviderFailure } from "./api.ts";
import type { AuthStrategy } from "./auth.ts";
import type { LimitBucket } from "./limits.ts";
import type { SignatureScheme } from "./signatures.ts";
import type { Stream } from "./stream.ts";

/** One provider, described: the engine does the work. */
export interface Connector {
  /** Lower-case, as in routes, settings and tables: `hubspot`. */
  id: string;
  /** As the provider spells itself. */
  name: string;
  /** One sentence for the card: what a connection gives. */
  summary: string;
  /** Where the provider's pages and documents are. */
  links: { documentation: string; app: string };
  /** Default hosts; `TIELINE_<ID>_BASE_URL` and `TIELINE_<ID>_AUTH_URL` point them elsewhere. `app` is where people look at records. */
  hosts: { api: string; auth?: string };
  /** The ways to sign in, the preferred one first. */
  auth: AuthStrategy[];
  limits: LimitBucket[];
  /** What a failed answer means. Answers a PlatformError with a `provider.*` code; the engine adds the connection. */
  classify(failure: ProviderFailure): PlatformError;
  /** Settings of a connection, with a description and a default beside each; the connect form is made from it. */
  settings: z.ZodObject;
  /** Who signed in. Also the check that a key works before it is saved. */
  account?(api: ProviderApi): Promise<{ id: string; name: string }>;
  /** What must exist at the provider before we write (a marker property, say). Runs after connecting; its answer is kept as `api.connection.state`. */
  setUp?(api: ProviderApi): Promise<Record<string, unknown>>;
  /** What the connection test tries beyond signing in; see `connections/test.ts`. */
  checks: ConnectionCheck[];
  actions: Actions;
  /** What is read from the provider, besides single records. */
  // biome-ignore lint/suspicious/noExplicitAny: each stream knows its own items
  streams?: readonly Stream<any>[];
  webhooks?: WebhookIntake;
  /** Reads a finished call again, for providers that calls come from. Null when the provider has no such call, or not finished. */
  readCall?(api: ProviderApi, externalId: string): Promise<CompletedCall | null>;
  /** The address of a record at the provider, for links in the dashboard. Null when there is none. */
  recordUrl?(api: Pick<ProviderApi, "connection">, kind: string, externalId: string): string | null;
  /** What stays at the provider after a disconnect, in one sentence. */
  afterDisconnect: string;
}

/** One line of the connection test's checklist. */
export interface ConnectionCheck {
  id: string;
  /** "Read one contact" */
  label: string;
  /** The scope this needs, if it needs one. */
  scope?: string;
  /** Writes at the provider, so it runs only when asked for, and cleans up. */
  writes?: boolean;
  /** Answers what was seen, in one short sentence. Throws when the check fails. */
  run(api: ProviderApi): Promise<string>;
}

/** How a provider's webhooks come in. */
export interface WebhookIntake {
  signature: SignatureScheme;
  /** The credential field that is also the webhook secret, for providers that sign with the key itself. */
  secretField?: string;
  /** `key`: each connection has its own address. `account`: one address per app, and the body names the account. */
  routing: "key" | "account";
  /** How long we may take to answer, in milliseconds. */
  answerWithinMs: number;
  maxBodyBytes: number;
  /** Takes a verified body apart. Throws `request.invalid` when it is none of theirs. Unknown event types are kept, and ignored later. */
  parse(body: string): InboundPart[];
  /** What one stored part means to us. */
  toChange(part: { type: string; body: string }): InboundChange;
}

/** One event of a webhook's body, stored by itself. */
export interface InboundPart {
  type: string;
  /** Equal for the same event delivered twice. */
  dedupeKey: string;
  /** The account at the provider, when the body names it. */
  accountId?: string;
  /** This part's own JSON text. */
  body: string;
}

/** A webhook says "look here"; this says where, in our words. */
export type InboundChange =
  | { kind: "call_completed"; call: CompletedCall }
  /** The call ended, but its analysis is still to come: store it when it comes, or read it at the latest after `waitMs`. */
  | { kind: "call_pending"; externalCallId: string; waitMs: number }
  | { kind: "record_changed"; record: string; externalId: string }
  | { kind: "ignored"; why: string };

/** Checks a manifest when the process starts, so that a slip in it is seen at once. Answers it unchanged. */
export function defineConnector(connector: Connector): Connector {
  if (!/^[a-z][a-z0-9-]*$/.test(connector.id))
    throw new TypeError(`Connector id ${connector.id} is not lower-case kebab.`);
  if (connector.auth.length === 0) throw new TypeError(`Connector ${connector.id} offers no way to sign in.`);
  const buckets = new Set(connector.limits.map(({ name }) => name));
  if (buckets.size !== connector.limits.length) throw new TypeError(`Connector ${connector.id} names a limit twice.`);
  const streams = connector.streams ?? [];
  if (new Set(streams.map(({ name }) => name)).size !== streams.length) {
    throw new TypeError(`Connector ${connector.id} names a stream twice.`);
  }
  for (const { name, list, deleted } of streams) {
    const unknown = [...(list.buckets ?? []), ...(deleted?.buckets ?? [])].find((bucket) => !buckets.has(bucket));
    if (unknown) throw new TypeError(`Stream ${name} of ${connector.id} draws from no limit named ${unknown}.`);
  }
  return connector;
}
