import { z } from "zod";
import { Instant, pageOf, pageQuery, publicId } from "./common.ts";
import { Capability } from "./providers.ts";

export const connectionStatuses = ["connected", "degraded", "needs_reauth", "paused", "disconnected"] as const;
export const ConnectionStatus = z.enum(connectionStatuses).meta({ id: "ConnectionStatus" });

export const connectionRoles = ["everything", "appointments_only", "workflows_only"] as const;
export const ConnectionRole = z.enum(connectionRoles).meta({ id: "ConnectionRole" });

const Settings = z.record(z.string().max(100), z.unknown());

export const Connection = z
  .object({
    id: publicId("connection"),
    tenant_id: publicId("tenant"),
    agent_id: publicId("agent").nullable().describe("Null: for every agent of the tenant."),
    provider: z.string(),
    provider_name: z.string(),
    environment: z.string(),
    name: z.string().nullable(),
    auth: z.string().describe("The way it signed in: oauth2, api_key, client_credentials, webhook_url."),
    role: ConnectionRole,
    status: ConnectionStatus,
    status_reason: z.string().nullable().describe("An error code, or paused_by_user."),
    status_detail: z.string().nullable().describe("Cause, consequence and what to do, for people."),
    status_changed_at: Instant,
    account: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
    scopes: z.array(z.string()),
    capabilities: z.array(Capability),
    settings: Settings,
    webhook_url: z.string().nullable().describe("Where the provider sends its webhooks, for providers that have them."),
    last_success_at: Instant.nullable(),
    last_error_at: Instant.nullable(),
    created_at: Instant,
    updated_at: Instant,
  })
  .meta({ id: "Connection" });
export type Connection = z.infer<typeof Connection>;

export const ConnectionPage = pageOf(Connection).meta({ id: "ConnectionPage" });

export const ConnectionQuery = z.strictObject({
  provider: z.string().max(50).optional(),
  status: ConnectionStatus.optional(),
  agent_id: z.string().max(200).optional(),
  ...pageQuery,
});

const shared = {
  provider: z.string().min(1).max(50),
  environment: z.string().min(1).max(50).default("production"),
  agent_id: z.string().max(200).optional().describe("For this agent only; our id or the host's own."),
  name: z.string().min(1).max(200).optional(),
  role: ConnectionRole.default("everything"),
  settings: Settings.default({}),
};

/** POST /v1/connections: with a key, client credentials or a URL. Checked at the provider before it is saved. */
export const ConnectionCreate = z
  .strictObject({
    ...shared,
    credentials: z
      .record(z.string().max(100), z.string().max(10_000))
      .describe("The fields of the provider's sign-in."),
    webhook_secret: z.string().min(1).max(1_000).optional().describe("What the provider signs its webhooks with."),
  })
  .meta({ id: "ConnectionCreate" });
export type ConnectionCreate = z.infer<typeof ConnectionCreate>;

/** POST /v1/connections/oauth: answers the address to open in the person's browser. */
export const OAuthStart = z
  .strictObject({
    ...shared,
    return_to: z
      .string()
      .max(2_000)
      .optional()
      .describe("A path of the dashboard to go to afterwards. Absent: the page closes itself (popup)."),
  })
  .meta({ id: "OAuthStart" });
export type OAuthStart = z.infer<typeof OAuthStart>;

export const OAuthStarted = z
  .object({ url: z.string().describe("Open this in the person's browser."), expires_at: Instant })
  .meta({ id: "OAuthStarted" });
export type OAuthStarted = z.infer<typeof OAuthStarted>;

/** PATCH /v1/connections/{id}. Settings are merged key by key; null removes one. */
export const ConnectionUpdate = z
  .strictObject({
    name: z.string().min(1).max(200).nullable().optional(),
    role: ConnectionRole.optional(),
    settings: Settings.optional(),
    webhook_secret: z.string().min(1).max(1_000).optional().describe("The earlier secret stays good for 24 hours."),
  })
  .meta({ id: "ConnectionUpdate" });
export type ConnectionUpdate = z.infer<typeof ConnectionUpdate>;

/** POST /v1/connections/{id}/reconnect: with new credentials, or without for OAuth, which answers the address to open. */
export const ConnectionReconnect = z
  .strictObject({
    credentials: z.record(z.string().max(100), z.string().max(10_000)).optional(),
    return_to: z.string().max(2_000).optional(),
  })
  .meta({ id: "ConnectionReconnect" });
export type ConnectionReconnect = z.infer<typeof ConnectionReconnect>;

export const ConnectionReconnected = z
  .object({
    connection: Connection.nullable().describe("Set when new credentials were taken at once."),
    url: z.string().nullable().describe("Set for OAuth: open this in the person's browser."),
  })
  .meta({ id: "ConnectionReconnected" });
export type ConnectionReconnected = z.infer<typeof ConnectionReconnected>;

/** DELETE /v1/connections/{id}. */
export const ConnectionRemoved = z
  .object({
    connection: Connection,
    revoked_at_provider: z.boolean(),
    what_stays: z.string().describe("What stays at the provider."),
  })
  .meta({ id: "ConnectionRemoved" });
export type ConnectionRemoved = z.infer<typeof ConnectionRemoved>;

export const TestRequest = z
  .strictObject({
    writes: z.boolean().default(false).describe("Also create and delete a marked record at the provider."),
  })
  .meta({ id: "TestRequest" });

/** One line of the checklist. `running` appears only in the stream. */
export const TestLine = z
  .object({
    id: z.string(),
    label: z.string(),
    state: z.enum(["running", "passed", "failed", "skipped"]),
    detail: z.string().describe("What was seen."),
    duration_ms: z.int().nullable(),
    code: z.string().nullable().describe("The error code of a failure."),
    action: z.string().nullable().describe("What to do about a failure."),
  })
  .meta({ id: "TestLine" });
export type TestLine = z.infer<typeof TestLine>;

/** POST /v1/connections/{id}/test. With `Accept: application/x-ndjson` each TestLine comes as a line when it is known, then this. */
export const TestReport = z
  .object({
    ok: z.boolean(),
    started_at: Instant,
    duration_ms: z.int(),
    lines: z.array(TestLine),
  })
  .meta({ id: "TestReport" });
export type TestReport = z.infer<typeof TestReport>;

/** POST /v1/connections/{id}/retry: all dead syncs of the connection. Also what POST /v1/calls/{id}/retry answers. */
export const Retried = z.object({ retried: z.int() }).meta({ id: "Retried" });
