import type { AgentId, ConnectionId, FieldError, Page, TenantId } from "#core";

/** A connection as its owner sees it: what is stored, without secrets. Ids are ours, bare. */
export interface ConnectionRow {
  id: ConnectionId;
  tenant_id: TenantId;
  agent_id: AgentId | null;
  provider: string;
  environment: string;
  name: string | null;
  auth: string;
  role: "everything" | "appointments_only" | "workflows_only";
  status: "connected" | "degraded" | "needs_reauth" | "paused" | "disconnected";
  status_reason: string | null;
  status_detail: string | null;
  status_changed_at: string;
  external_account_id: string | null;
  external_account_name: string | null;
  scopes: string[];
  settings: Record<string, unknown>;
  webhook_key: string;
  last_success_at: string | null;
  last_error_at: string | null;
  created_at: string;
  updated_at: string;
}

/** What a new connection is made from, however it signs in. */
export interface ConnectionWish {
  provider: string;
  environment: string;
  agentId: AgentId | null;
  name: string | null;
  role: ConnectionRow["role"];
  settings: Record<string, unknown>;
}

export interface ConnectionChange {
  name?: string | null;
  role?: ConnectionRow["role"];
  settings?: Record<string, unknown>;
  webhookSecret?: string;
}

export interface CheckLine {
  id: string;
  label: string;
  state: "running" | "passed" | "failed" | "skipped";
  detail: string;
  duration_ms: number | null;
  code: string | null;
  action: string | null;
}

export interface CheckReport {
  ok: boolean;
  started_at: string;
  duration_ms: number;
  lines: CheckLine[];
}

/** A sign-in that a browser is about to begin: where it goes, and the secret that binds the answer to this browser. */
export interface OAuthVisit {
  wish: ConnectionWish;
  /** Set on a reconnect. */
  connectionId: ConnectionId | null;
  returnTo: string | null;
}

/** What the API needs of the connections capability. */
export interface ConnectionsPort {
  list(
    tenantId: TenantId,
    filter: { provider?: string; status?: ConnectionRow["status"]; agentId?: AgentId },
    page: { cursor?: string; limit: number },
  ): Promise<Page<ConnectionRow>>;
  read(tenantId: TenantId, id: ConnectionId): Promise<ConnectionRow | null>;
  /** With a key, client credentials or a URL. Checked at the provider before anything is saved. */
  connect(
    tenantId: TenantId,
    wish: ConnectionWish & { credentials: Record<string, string>; webhookSecret?: string },
  ): Promise<ConnectionRow>;
  /** Answers what is wrong with settings before they are saved; empty when nothing is. */
  checkSettings(provider: string, settings: Record<string, unknown>): FieldError[];
  /** `decide` sees the row inside the transaction, answers the change, and throws when it no longer fits. */
  update(
    tenantId: TenantId,
    id: ConnectionId,
    decide: (row: ConnectionRow) => ConnectionChange,
  ): Promise<ConnectionRow | null>;
  pause(tenantId: TenantId, id: ConnectionId): Promise<ConnectionRow | null>;
  resume(tenantId: TenantId, id: ConnectionId): Promise<ConnectionRow | null>;
  reconnect(tenantId: TenantId, id: ConnectionId, credentials: Record<string, string>): Promise<ConnectionRow | null>;
  disconnect(
    tenantId: TenantId,
    id: ConnectionId,
  ): Promise<{ connection: ConnectionRow; revokedAtProvider: boolean; whatStays: string } | null>;
  test(
    tenantId: TenantId,
    id: ConnectionId,
    options: { writes: boolean; onLine?: (line: CheckLine) => void; signal?: AbortSignal },
  ): Promise<CheckReport | null>;
  /** Whether OAuth apps are set up for the provider. */
  hasOAuthApp(provider: string): boolean;
  /** Begins a sign-in for one browser; answers the provider's address. */
  beginOAuth(tenantId: TenantId, visit: OAuthVisit, browser: string): Promise<{ url: string }>;
  /** The provider sent the browser back. */
  finishOAuth(
    provider: string,
    query: URLSearchParams,
    browser: string,
  ): Promise<{ connection: ConnectionRow; returnTo: string | null }>;
}
