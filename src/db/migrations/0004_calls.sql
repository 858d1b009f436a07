-- What happened, and the calls with their way into each CRM.
create table events (
  id uuid primary key default uuid_v7(),
  tenant_id uuid not null references tenants on delete cascade,
  type text not null,                       -- call.completed, connection.needs_reauth …
  subject_kind text not null,
  subject_id uuid,
  payload jsonb not null default '{}',
  origin text not null default 'us',
  created_at timestamptz not null default now()
);
call protect_tenant_table('events');
create index events_by_tenant on events (tenant_id, id desc);
create index events_by_subject on events (tenant_id, subject_id);

create table contacts (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  full_name text,
  phone text,                               -- E.164
  email text,                               -- lower case
  company text,
  custom jsonb not null default '{}',
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
call protect_tenant_table('contacts');
create unique index contacts_by_phone on contacts (tenant_id, phone) where phone is not null and deleted_at is null;
create unique index contacts_by_email_alone on contacts (tenant_id, email) where phone is null and email is not null and deleted_at is null;
create index contacts_by_email on contacts (tenant_id, email) where email is not null and deleted_at is null;
create index contacts_by_tenant on contacts (tenant_id, id desc);

create table calls (
  id uuid primary key default uuid_v7(),
  tenant_id uuid not null references tenants on delete cascade,
  agent_id uuid not null references agents on delete cascade,
  call_id text not null,                    -- the host's or Retell's own id
  source text not null default 'sql',       -- api, retell, sql, import
  body_hash bytea,                          -- of the accepted body: the same call again is the same call only with the same body
  contact_id uuid,
  customer_name text,
  customer_phone text,                      -- E.164, or null when what came is not a number
  customer_phone_raw text,                  -- as it came
  customer_email text,
  call_outcome text,
  call_summary text,
  call_sentiment text,
  transcript text,
  recording_url text,
  started_at timestamptz,
  ended_at timestamptz,
  duration_seconds int,
  appointment jsonb,                        -- { date, time, timezone, durationMinutes }
  extra jsonb not null default '{}',        -- fields beyond the contract, which can be mapped
  routed_at timestamptz,                    -- null: not yet handed to the agent's connections
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, call_id)
);
call protect_tenant_table('calls');
create index calls_by_tenant on calls (tenant_id, id desc);
create index calls_by_phone on calls (tenant_id, customer_phone, id desc);
create index calls_by_email on calls (tenant_id, customer_email, id desc) where customer_email is not null;
create index calls_to_route on calls (tenant_id, id) where routed_at is null;

-- The ledger: one unit per call and connection.
create table call_syncs (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  call_id uuid not null references calls on delete cascade,
  connection_id uuid not null references connections on delete cascade,
  state text not null default 'queued',     -- queued, running, done, skipped, dead
  reason text,                              -- skipped: the rule; dead or waiting: the error code
  detail text,                              -- one sentence for people
  cause_class text,
  attempts int not null default 0,          -- counted before the work
  priority smallint not null default 1,     -- 1 post-call, 4 backfill
  due_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  unique (call_id, connection_id)
) with (fillfactor = 80);
call protect_tenant_table('call_syncs');
create index call_syncs_todo on call_syncs (connection_id, priority, due_at, id) where state in ('queued', 'running');
create index call_syncs_dead on call_syncs (connection_id) where state = 'dead';
create index call_syncs_by_connection on call_syncs (connection_id, id desc);
create index call_syncs_by_tenant on call_syncs (tenant_id, id desc);

create table call_sync_steps (
  call_sync_id uuid not null references call_syncs on delete cascade,
  step text not null,                       -- contact, note, recording, appointment, deal, workflow, post
  tenant_id uuid not null references tenants on delete cascade,
  outcome text not null,                    -- created, updated, linked, unchanged, skipped, failed
  external_id text,
  reason text,
  detail text,
  duration_ms int,
  attempts int not null default 1,
  finished_at timestamptz not null default clock_timestamp(),
  primary key (call_sync_id, step)
);
call protect_tenant_table('call_sync_steps');
create index call_sync_steps_by_external on call_sync_steps (tenant_id, external_id) where external_id is not null;

create table call_imports (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  accepted int not null default 0,
  duplicates int not null default 0,
  rejected int not null default 0,
  created_at timestamptz not null default now()
);
call protect_tenant_table('call_imports');
alter table calls add column import_id uuid references call_imports on delete set null;
create index calls_by_import on calls (import_id) where import_id is not null;

-- Whoever inserts a call (our API, or the host app with plain SQL) raises the same event; a call that nobody has
-- routed yet wakes the tenant's routing lane, which the reaper hands to a worker.
create function after_call_insert() returns trigger language plpgsql as $$
begin
  insert into events (tenant_id, type, subject_kind, subject_id, payload, origin)
  select tenant_id, 'call.completed', 'call', id, jsonb_build_object('call_id', call_id, 'agent_id', agent_id), source from inserted;
  insert into lanes as l (key, tenant_id, kind, subject_id, due_at, wakes)
  select distinct 'call_routing:' || tenant_id, tenant_id, 'call_routing', tenant_id, now(), 1 from inserted where routed_at is null
  on conflict (key) do update set due_at = least(coalesce(l.due_at, excluded.due_at), excluded.due_at), wakes = l.wakes + 1;
  return null;
end $$;
create trigger after_call_insert after insert on calls referencing new table as inserted for each statement execute function after_call_insert();
