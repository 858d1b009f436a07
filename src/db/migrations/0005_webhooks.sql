-- What providers told us, word for word, before anything else happens with it.
create table inbound_events (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  connection_id uuid not null references connections on delete cascade,
  provider text not null,
  type text,                                -- the provider's own event name
  dedupe_key text not null,
  headers jsonb not null default '{}',      -- redacted
  body text not null,
  verdict text not null default 'valid',    -- valid (only what passed its check is stored)
  state text not null default 'queued',     -- queued, running, done, ignored, dead
  effect text,                              -- one sentence for people
  reason text,
  detail text,
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  received_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (connection_id, dedupe_key)
) with (fillfactor = 80);
call protect_tenant_table('inbound_events');
create index inbound_events_todo on inbound_events (connection_id, due_at, id) where state in ('queued', 'running');
create index inbound_events_by_tenant on inbound_events (tenant_id, id desc);

-- Webhooks that were refused: counted by address and reason, without their content.
create table inbound_refusals (
  provider text not null,
  address text not null,
  code text not null,
  hour timestamptz not null,
  count int not null default 1,
  last_at timestamptz not null default now(),
  primary key (provider, address, code, hour)
);
grant select, insert, update, delete on inbound_refusals to tieline_app;

-- Answers kept for a repeated Idempotency-Key, 24 hours.
create table idempotency_keys (
  scope text not null,                      -- API key, tenant (or host) and route
  key text not null,
  body_hash bytea not null,
  status int,                               -- null: still running
  answer text,                              -- sealed: some answers carry a secret that is shown once
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (scope, key)
);
grant select, insert, update, delete on idempotency_keys to tieline_app;
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);
