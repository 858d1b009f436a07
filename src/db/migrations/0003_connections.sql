-- One tenant's account at one provider, its secrets, and what we wrote through it.
create table connections (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  agent_id uuid references agents on delete cascade,      -- null: for every agent of the tenant
  provider text not null,
  environment text not null default 'production',
  name text,
  auth text not null,                                      -- the strategy of the manifest it signed in with: oauth2, api_key …
  role text not null default 'everything',                 -- everything, appointments_only, workflows_only
  status text not null default 'connected',                -- connected, degraded, needs_reauth, paused, disconnected
  status_reason text,                                      -- an error code, or paused_by_user
  status_detail text,                                      -- one sentence for people
  status_changed_at timestamptz not null default now(),
  external_account_id text,
  external_account_name text,
  scopes text[] not null default '{}',
  settings jsonb not null default '{}',
  provider_state jsonb not null default '{}',              -- what the connector learned at set-up: marker property, portal time zone …
  health jsonb not null default '{}',
  webhook_key text not null unique,                        -- the unguessable part of /webhooks/{provider}/{key}
  last_success_at timestamptz,
  last_error_at timestamptz,
  breaker_until timestamptz,
  purge_after timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
call protect_tenant_table('connections');
grant select, update on connections to tieline_system;
create index connections_by_tenant on connections (tenant_id, created_at desc, id desc);
create index connections_by_account on connections (provider, external_account_id);

create table credentials (
  connection_id uuid primary key references connections on delete cascade,
  tenant_id uuid not null references tenants on delete cascade,
  envelope text not null,            -- see src/connections/vault.ts
  key_id text not null,
  version int not null default 1,    -- counts up with each stored change; a refresh writes only over the version it read
  expires_at timestamptz,
  lease_owner uuid,
  lease_until timestamptz,
  updated_at timestamptz not null default now()
);
call protect_tenant_table('credentials');
create index credentials_by_key on credentials (key_id);
create index credentials_by_expiry on credentials (expires_at) where expires_at is not null;

-- A tenant's own OAuth app. The installation's apps come from the settings.
create table provider_apps (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  provider text not null,
  environment text not null default 'production',
  client_id text not null,
  secret_envelope text not null,
  key_id text not null,
  created_at timestamptz not null default now(),
  unique (tenant_id, provider, environment)
);
call protect_tenant_table('provider_apps');

create table oauth_states (
  state_hash bytea primary key,
  tenant_id uuid not null references tenants on delete cascade,
  provider text not null,
  environment text not null,
  agent_id uuid,
  connection_id uuid,                -- set on a reconnect
  browser_hash bytea not null,       -- of the cookie that started it
  verifier_envelope text,            -- PKCE
  key_id text,
  request jsonb not null,            -- settings, role, where to return
  expires_at timestamptz not null,
  used_at timestamptz
);
call protect_tenant_table('oauth_states');
grant select, update on oauth_states to tieline_system;

create table connect_tokens (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  agent_id uuid,
  connection_id uuid,
  mode text not null,                -- connect, reconnect, manage
  providers text[] not null,
  origins text[] not null default '{}',
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
call protect_tenant_table('connect_tokens');

create table webhook_secrets (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  connection_id uuid not null references connections on delete cascade,
  envelope text not null,
  key_id text not null,
  is_active boolean not null default true,
  expires_at timestamptz,
  created_at timestamptz not null default now()
);
call protect_tenant_table('webhook_secrets');
create index webhook_secrets_by_connection on webhook_secrets (connection_id);

-- Who at the provider a phone number or an e-mail address is. One row per connection and key: racing writers adopt one result.
create table identity_claims (
  connection_id uuid not null references connections on delete cascade,
  claim_key text not null,           -- phone:+14079780655, email:jane@example.com
  tenant_id uuid not null references tenants on delete cascade,
  external_kind text not null default 'contact',
  external_id text,                  -- null: somebody is at it
  claimed_at timestamptz not null default now(),
  primary key (connection_id, claim_key)
);
call protect_tenant_table('identity_claims');

-- The write ledger: the intent goes in before the request, the provider's id after its answer.
create table provider_writes (
  connection_id uuid not null references connections on delete cascade,
  action text not null,
  dedupe_key text not null,
  tenant_id uuid not null references tenants on delete cascade,
  state text not null default 'intended',   -- intended, confirmed, refused
  external_id text,
  result jsonb,
  attempts int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (connection_id, action, dedupe_key)
) with (fillfactor = 80);
call protect_tenant_table('provider_writes');

-- Our record and theirs.
create table links (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  connection_id uuid not null references connections on delete cascade,
  kind text not null,
  record_id uuid not null,
  external_id text not null,
  created_at timestamptz not null default now(),
  unique (connection_id, kind, record_id)
);
call protect_tenant_table('links');
create index links_by_external on links (connection_id, kind, external_id);
create index links_by_record on links (tenant_id, kind, record_id);

create table provider_metadata (
  connection_id uuid not null references connections on delete cascade,
  kind text not null,
  tenant_id uuid not null references tenants on delete cascade,
  data jsonb not null,
  fetched_at timestamptz not null default now(),
  primary key (connection_id, kind)
);
call protect_tenant_table('provider_metadata');

-- Budgets shared between processes: the theoretical arrival time of the next request (GCRA). Losing them on a crash costs nothing.
create unlogged table rate_buckets (
  key text primary key,
  arrives_at timestamptz not null
) with (fillfactor = 50);
grant select, insert, update, delete on rate_buckets to tieline_app;

-- One request's place in its budgets: books all of them when the wait is within ahead_ms, else nothing. See src/connections/rate-budget.ts.
create function take_rate_budget(keys text[], increments_ms float8[], tolerances_ms float8[], ahead_ms float8)
returns table (booked boolean, wait_ms float8) language plpgsql set search_path = public as $$
declare
  moment timestamptz;
  goes_at timestamptz;
begin
  insert into rate_buckets as b (key, arrives_at) select k, '-infinity' from unnest(keys) k order by k on conflict do nothing;
  perform 1 from rate_buckets b where b.key = any (keys) order by b.key for update; -- in one order, so that no two wait for each other
  moment := clock_timestamp();
  select greatest(moment, max(b.arrives_at - d.tolerance * interval '1 ms')) into goes_at
  from rate_buckets b join unnest(keys, tolerances_ms) d (key, tolerance) on d.key = b.key;
  wait_ms := extract(epoch from goes_at - moment) * 1000;
  booked := wait_ms <= ahead_ms;
  if booked then
    update rate_buckets b set arrives_at = greatest(b.arrives_at, goes_at) + d.increment * interval '1 ms'
    from unnest(keys, increments_ms) d (key, increment) where b.key = d.key;
  end if;
  return next;
end $$;

-- The provider asked for a pause. Never moves a bucket backwards.
create function push_rate_budget(keys text[], delays_ms float8[]) returns void language sql set search_path = public as $$
  insert into rate_buckets as b (key, arrives_at)
  select k, clock_timestamp() + delay * interval '1 ms' from unnest(keys, delays_ms) d (k, delay) order by k
  on conflict (key) do update set arrives_at = greatest(b.arrives_at, excluded.arrives_at)
$$;

-- Takes a sign-in state once. Answers no row when it is unknown, used, expired or of another browser.
create function take_oauth_state(hash bytea, browser bytea) returns setof oauth_states language sql security definer set search_path = public
as $$ update oauth_states set used_at = now() where state_hash = hash and browser_hash = browser and used_at is null and expires_at > now() returning * $$;

-- The connection that listens at a webhook address.
create function find_connection_by_webhook_key(wanted_provider text, wanted_key text)
returns table (id uuid, tenant_id uuid) language sql security definer set search_path = public
as $$ select id, tenant_id from connections where provider = wanted_provider and webhook_key = wanted_key and status <> 'disconnected' $$;

-- The connections of one provider account, for webhooks that arrive per app and name the account in the body.
create function find_connections_by_account(wanted_provider text, account text)
returns table (id uuid, tenant_id uuid) language sql security definer set search_path = public
as $$ select id, tenant_id from connections where provider = wanted_provider and external_account_id = account and status <> 'disconnected' $$;

-- Connections whose tokens run out soon, for the refresh ahead of expiry.
create function find_expiring_credentials(before timestamptz, row_limit int)
returns table (connection_id uuid, tenant_id uuid, version int) language sql security definer set search_path = public
as $$
  select c.connection_id, c.tenant_id, c.version from credentials c join connections n on n.id = c.connection_id
  where c.expires_at < before and n.status in ('connected', 'degraded') and (c.lease_until is null or c.lease_until < now())
  order by c.expires_at limit row_limit
$$;

-- Secrets sealed with another key than the wanted one, for online key rotation.
create function find_credentials_to_rotate(wanted_key_id text, row_limit int)
returns table (kind text, id uuid, tenant_id uuid) language sql security definer set search_path = public
as $$
  (select 'credentials', connection_id, tenant_id from credentials where key_id <> wanted_key_id)
  union all (select 'webhook_secrets', id, tenant_id from webhook_secrets where key_id <> wanted_key_id)
  union all (select 'provider_apps', id, tenant_id from provider_apps where key_id <> wanted_key_id)
  limit row_limit
$$;

-- Disconnected connections whose time to come back is over.
create function find_connections_to_purge(moment timestamptz, row_limit int)
returns table (id uuid, tenant_id uuid) language sql security definer set search_path = public
as $$ select id, tenant_id from connections where status = 'disconnected' and purge_after < moment limit row_limit $$;

grant select on credentials, webhook_secrets, provider_apps to tieline_system;
do $$
declare fn text;
begin
  foreach fn in array array['take_oauth_state(bytea,bytea)', 'find_connection_by_webhook_key(text,text)', 'find_connections_by_account(text,text)',
    'find_expiring_credentials(timestamptz,int)', 'find_credentials_to_rotate(text,int)',
    'find_connections_to_purge(timestamptz,int)'] loop
    execute format('alter function %s owner to tieline_system', fn);
    execute format('revoke all on function %s from public', fn);
    execute format('grant execute on function %s to tieline_app', fn);
  end loop;
end $$;
