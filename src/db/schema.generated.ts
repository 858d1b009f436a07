// Written by scripts/generate-schema-types.ts from a migrated database. Do not edit.
import type { ColumnType, GeneratedAlways } from "kysely";
import type { Id } from "#core";

/** What the column holds, and what an insert may leave out. */
type Filled<T> = T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : ColumnType<T, T | undefined, T>;
type Instant = ColumnType<Date, Date | string, Date | string>;
/** Arrives parsed; is sent as JSON text, because the driver takes an array for an array of the database. */
type Json = ColumnType<unknown, string, string>;
/** Json that is an object in every row: only our code writes it. */
type JsonObject = ColumnType<Record<string, unknown>, string, string>;
/** Digits as text: exact. */
type Numeric = ColumnType<string, string | number, string | number>;

export interface AgentsTable {
  id: Id<"agent">;
  tenant_id: Id<"tenant">;
  external_id: string | null;
  name: string;
  settings: Filled<JsonObject>;
  created_at: Filled<Instant>;
  updated_at: Filled<Instant>;
}

export interface ApiKeysTable {
  id: Id<"apiKey">;
  tenant_id: Id<"tenant"> | null;
  name: string;
  secret_hash: Uint8Array;
  hint: string;
  scopes: string[];
  created_at: Filled<Instant>;
  expires_at: Instant | null;
  revoked_at: Instant | null;
  last_used_at: Instant | null;
}

export interface AuditLogTable {
  id: string;
  tenant_id: Id<"tenant"> | null;
  actor: string;
  action: string;
  subject_kind: string;
  subject_id: string | null;
  detail: Filled<JsonObject>;
  request_id: string | null;
  created_at: Filled<Instant>;
}

export interface CallImportsTable {
  id: Id<"import">;
  tenant_id: Id<"tenant">;
  accepted: Filled<number>;
  duplicates: Filled<number>;
  rejected: Filled<number>;
  created_at: Filled<Instant>;
}

export interface CallSyncStepsTable {
  call_sync_id: Id<"callSync">;
  step: string;
  tenant_id: Id<"tenant">;
  outcome: string;
  external_id: string | null;
  reason: string | null;
  detail: string | null;
  duration_ms: number | null;
  attempts: Filled<number>;
  finished_at: Filled<Instant>;
}

export interface CallSyncsTable {
  id: Id<"callSync">;
  tenant_id: Id<"tenant">;
  call_id: Id<"call"> | null;
  connection_id: Id<"connection">;
  state: Filled<string>;
  reason: string | null;
  detail: string | null;
  cause_class: string | null;
  attempts: Filled<number>;
  priority: Filled<number>;
  due_at: Filled<Instant>;
  started_at: Instant | null;
  finished_at: Instant | null;
  created_at: Filled<Instant>;
  message_id: Id<"message"> | null;
  automatic_retries: Filled<number>;
}

export interface CallsTable {
  id: Filled<Id<"call">>;
  tenant_id: Id<"tenant">;
  agent_id: Id<"agent">;
  call_id: string;
  source: Filled<string>;
  body_hash: Uint8Array | null;
  contact_id: Id<"contact"> | null;
  customer_name: string | null;
  customer_phone: string | null;
  customer_phone_raw: string | null;
  customer_email: string | null;
  call_outcome: string | null;
  call_summary: string | null;
  call_sentiment: string | null;
  transcript: string | null;
  recording_url: string | null;
  started_at: Instant | null;
  ended_at: Instant | null;
  duration_seconds: number | null;
  appointment: Json | null;
  extra: Filled<Json>;
  routed_at: Instant | null;
  created_at: Filled<Instant>;
  updated_at: Filled<Instant>;
  import_id: Id<"import"> | null;
}

export interface ConnectTokensTable {
  id: Id<"connectToken">;
  tenant_id: Id<"tenant">;
  agent_id: Id<"agent"> | null;
  connection_id: Id<"connection"> | null;
  mode: string;
  providers: string[];
  origins: Filled<string[]>;
  expires_at: Instant;
  created_at: Filled<Instant>;
}

export interface ConnectionsTable {
  id: Id<"connection">;
  tenant_id: Id<"tenant">;
  agent_id: Id<"agent"> | null;
  provider: string;
  environment: Filled<string>;
  name: string | null;
  auth: string;
  role: Filled<string>;
  status: Filled<string>;
  status_reason: string | null;
  status_detail: string | null;
  status_changed_at: Filled<Instant>;
  external_account_id: string | null;
  external_account_name: string | null;
  scopes: Filled<string[]>;
  settings: Filled<JsonObject>;
  provider_state: Filled<JsonObject>;
  health: Filled<JsonObject>;
  webhook_key: string;
  last_success_at: Instant | null;
  last_error_at: Instant | null;
  breaker_until: Instant | null;
  purge_after: Instant | null;
  created_at: Filled<Instant>;
  updated_at: Filled<Instant>;
  checked_at: Instant | null;
}

export interface ContactsTable {
  id: Id<"contact">;
  tenant_id: Id<"tenant">;
  full_name: string | null;
  phone: string | null;
  email: string | null;
  company: string | null;
  custom: Filled<Json>;
  version: Filled<number>;
  created_at: Filled<Instant>;
  updated_at: Filled<Instant>;
  deleted_at: Instant | null;
}

export interface CredentialsTable {
  connection_id: Id<"connection">;
  tenant_id: Id<"tenant">;
  envelope: string;
  key_id: string;
  version: Filled<number>;
  expires_at: Instant | null;
  lease_owner: string | null;
  lease_until: Instant | null;
  updated_at: Filled<Instant>;
}

export interface EventWatchersTable {
  tenant_id: Id<"tenant">;
  until: Instant;
}

export interface EventsTable {
  id: Filled<Id<"event">>;
  tenant_id: Id<"tenant">;
  type: string;
  subject_kind: string;
  subject_id: string | null;
  payload: Filled<Json>;
  origin: Filled<string>;
  created_at: Filled<Instant>;
  xid: Filled<string>;
  seq: Filled<number>;
}

export interface IdempotencyKeysTable {
  scope: string;
  key: string;
  body_hash: Uint8Array;
  status: number | null;
  answer: string | null;
  created_at: Filled<Instant>;
  expires_at: Instant;
}

export interface IdentityClaimsTable {
  connection_id: Id<"connection">;
  claim_key: string;
  tenant_id: Id<"tenant">;
  external_kind: Filled<string>;
  external_id: string | null;
  claimed_at: Filled<Instant>;
}

export interface InboundEventsTable {
  id: Id<"inboundEvent">;
  tenant_id: Id<"tenant">;
  connection_id: Id<"connection">;
  provider: string;
  type: string | null;
  dedupe_key: string;
  headers: Filled<Json>;
  body: string;
  verdict: Filled<string>;
  state: Filled<string>;
  effect: string | null;
  reason: string | null;
  detail: string | null;
  attempts: Filled<number>;
  due_at: Filled<Instant>;
  received_at: Filled<Instant>;
  finished_at: Instant | null;
}

export interface InboundRefusalsTable {
  provider: string;
  address: string;
  code: string;
  hour: Instant;
  count: Filled<number>;
  last_at: Filled<Instant>;
}

export interface LanesTable {
  key: string;
  tenant_id: Id<"tenant">;
  kind: string;
  subject_id: string;
  due_at: Instant | null;
  wakes: Filled<number>;
  queued: Filled<boolean>;
  woken_at: Instant | null;
  failures: Filled<number>;
  lease_token: string | null;
  lease_until: Instant | null;
}

export interface LinksTable {
  id: string;
  tenant_id: Id<"tenant">;
  connection_id: Id<"connection">;
  kind: string;
  record_id: string;
  external_id: string;
  created_at: Filled<Instant>;
}

export interface MessagesTable {
  id: Filled<Id<"message">>;
  tenant_id: Id<"tenant">;
  agent_id: Id<"agent">;
  message_id: string;
  conversation_id: string | null;
  source: Filled<string>;
  body_hash: Uint8Array | null;
  contact_id: Id<"contact"> | null;
  direction: string;
  customer_name: string | null;
  customer_phone: string | null;
  customer_phone_raw: string | null;
  customer_email: string | null;
  text: string;
  sent_at: Instant | null;
  extra: Filled<Json>;
  routed_at: Instant | null;
  created_at: Filled<Instant>;
}

export interface OauthStatesTable {
  state_hash: Uint8Array;
  tenant_id: Id<"tenant">;
  provider: string;
  environment: string;
  agent_id: Id<"agent"> | null;
  connection_id: Id<"connection"> | null;
  browser_hash: Uint8Array;
  verifier_envelope: string | null;
  key_id: string | null;
  request: Json;
  expires_at: Instant;
  used_at: Instant | null;
}

export interface ProviderAppsTable {
  id: string;
  tenant_id: Id<"tenant">;
  provider: string;
  environment: Filled<string>;
  client_id: string;
  secret_envelope: string;
  key_id: string;
  created_at: Filled<Instant>;
}

export interface ProviderMetadataTable {
  connection_id: Id<"connection">;
  kind: string;
  tenant_id: Id<"tenant">;
  data: Json;
  fetched_at: Filled<Instant>;
}

export interface ProviderWritesTable {
  connection_id: Id<"connection">;
  action: string;
  dedupe_key: string;
  tenant_id: Id<"tenant">;
  state: Filled<string>;
  external_id: string | null;
  result: Json | null;
  attempts: Filled<number>;
  created_at: Filled<Instant>;
  updated_at: Filled<Instant>;
}

export interface RateBucketsTable {
  key: string;
  arrives_at: Instant;
}

export interface TenantsTable {
  id: Id<"tenant">;
  external_id: string | null;
  name: string;
  time_zone: Filled<string>;
  country: Filled<string>;
  settings: Filled<JsonObject>;
  created_at: Filled<Instant>;
  updated_at: Filled<Instant>;
}

export interface TimetableTable {
  name: string;
  next_at: Instant;
  lease_token: string | null;
  lease_until: Instant | null;
  last_started_at: Instant | null;
  last_finished_at: Instant | null;
  last_error: string | null;
}

export interface WakeOutboxTable {
  id: GeneratedAlways<number>;
  lane_key: string;
  created_at: Filled<Instant>;
}

export interface WebhookSecretsTable {
  id: string;
  tenant_id: Id<"tenant">;
  connection_id: Id<"connection">;
  envelope: string;
  key_id: string;
  is_active: Filled<boolean>;
  expires_at: Instant | null;
  created_at: Filled<Instant>;
}

export interface Database {
  agents: AgentsTable;
  api_keys: ApiKeysTable;
  audit_log: AuditLogTable;
  call_imports: CallImportsTable;
  call_sync_steps: CallSyncStepsTable;
  call_syncs: CallSyncsTable;
  calls: CallsTable;
  connect_tokens: ConnectTokensTable;
  connections: ConnectionsTable;
  contacts: ContactsTable;
  credentials: CredentialsTable;
  event_watchers: EventWatchersTable;
  events: EventsTable;
  idempotency_keys: IdempotencyKeysTable;
  identity_claims: IdentityClaimsTable;
  inbound_events: InboundEventsTable;
  inbound_refusals: InboundRefusalsTable;
  lanes: LanesTable;
  links: LinksTable;
  messages: MessagesTable;
  oauth_states: OauthStatesTable;
  provider_apps: ProviderAppsTable;
  provider_metadata: ProviderMetadataTable;
  provider_writes: ProviderWritesTable;
  rate_buckets: RateBucketsTable;
  tenants: TenantsTable;
  timetable: TimetableTable;
  wake_outbox: WakeOutboxTable;
  webhook_secrets: WebhookSecretsTable;
}
