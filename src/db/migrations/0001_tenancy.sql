-- Roles, tenant isolation, and who may come in.
--
-- tieline_app     what the product runs as: sees only the tenant its transaction names.
-- tieline_system  owns the few functions that must look across tenants (route a webhook, find a key, pick a lane);
--                 nobody logs in as it and the app is no member of it.
do $$ begin create role tieline_app nologin nobypassrls; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role tieline_system nologin nobypassrls; exception when duplicate_object or unique_violation then null; end $$;
-- The migrating role hands functions to tieline_system and switches to tieline_app, so it must be a member of both.
do $$ begin
  execute format('grant tieline_app, tieline_system to %I', current_user);
exception when others then
  if not pg_has_role(current_user, 'tieline_system', 'member') then raise; end if;
end $$;

grant usage on schema public to tieline_app, tieline_system;
grant create on schema public to tieline_system;

-- The tenant this transaction acts for. A setting once set comes back as '' and not as null: nullif keeps that from raising.
create function current_tenant() returns uuid language sql stable parallel safe
as $$ select nullif(current_setting('app.tenant', true), '')::uuid $$;

-- A time-ordered id for rows that are inserted with plain SQL, so that the order of ids is the order of arrival for all.
create function uuid_v7() returns uuid language sql volatile parallel safe as $$
  select encode(set_byte(overlay(uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
    from 1 for 6), 6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112), 'hex')::uuid
$$;

-- Makes a table with a tenant_id column visible to its own tenant only, for its owner too.
create procedure protect_tenant_table(name regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  execute format('create policy tenant on %s using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', name);
  execute format('create policy system on %s to tieline_system using (true) with check (true)', name);
  execute format('grant select, insert, update, delete on %s to tieline_app', name);
end $$;

create table tenants (
  id uuid primary key,
  external_id text unique,
  name text not null,
  time_zone text not null default 'UTC',
  country text not null default 'US',
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table tenants enable row level security;
alter table tenants force row level security;
create policy tenant on tenants using (id = current_tenant()) with check (id = current_tenant());
create policy system on tenants to tieline_system using (true) with check (true);
grant select, insert, update, delete on tenants to tieline_app;
grant select on tenants to tieline_system;

create table agents (
  id uuid primary key,
  tenant_id uuid not null references tenants on delete cascade,
  external_id text,
  name text not null,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, external_id)
);
call protect_tenant_table('agents');

-- tenant_id null: a host key, which names its tenant with each request.
create table api_keys (
  id uuid primary key,
  tenant_id uuid references tenants on delete cascade,
  name text not null,
  secret_hash bytea not null unique,
  hint text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy tenant on api_keys using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
create policy system on api_keys to tieline_system using (true) with check (true);
grant select, insert, update, delete on api_keys to tieline_app;
grant select, insert, update, delete on api_keys to tieline_system;

create table audit_log (
  id uuid primary key,
  tenant_id uuid,
  actor text not null,
  action text not null,
  subject_kind text not null,
  subject_id text,
  detail jsonb not null default '{}',
  request_id text,
  created_at timestamptz not null default now()
);
call protect_tenant_table('audit_log');
grant select, insert on audit_log to tieline_system;
create index audit_log_by_tenant on audit_log (tenant_id, id desc);

-- Cross-tenant needs of the API, as narrow as they come.
create function find_api_key(hash bytea) returns setof api_keys language sql security definer set search_path = public
as $$ select * from api_keys where secret_hash = hash and revoked_at is null and (expires_at is null or expires_at > now()) $$;

create function touch_api_key(key uuid) returns void language sql security definer set search_path = public
as $$ update api_keys set last_used_at = now() where id = key and (last_used_at is null or last_used_at < now() - interval '1 minute') $$;

create function add_host_api_key(key uuid, key_name text, hash bytea, key_hint text, key_scopes text[], key_expires_at timestamptz) returns void
language sql security definer set search_path = public
as $$ insert into api_keys (id, name, secret_hash, hint, scopes, expires_at) values (key, key_name, hash, key_hint, key_scopes, key_expires_at) $$;

create function list_host_api_keys() returns setof api_keys language sql security definer set search_path = public
as $$ select * from api_keys where tenant_id is null order by created_at desc $$;

create function revoke_host_api_key(key uuid) returns boolean language sql security definer set search_path = public
as $$ update api_keys set revoked_at = now() where id = key and tenant_id is null and revoked_at is null returning true $$;

-- A tenant by its id or by the host's own id.
create function find_tenant(wanted text) returns setof tenants language sql security definer set search_path = public
as $$ select * from tenants where id::text = lower(wanted) union all select * from tenants where external_id = wanted limit 1 $$;

create function list_tenants(before_created timestamptz, before_id uuid, row_limit int) returns setof tenants
language sql security definer set search_path = public
as $$
  select * from tenants
  where before_created is null or (created_at, id) < (before_created, before_id)
  order by created_at desc, id desc limit row_limit
$$;

do $$
declare fn text;
begin
  foreach fn in array array['find_api_key(bytea)', 'touch_api_key(uuid)', 'add_host_api_key(uuid,text,bytea,text,text[],timestamptz)',
    'list_host_api_keys()', 'revoke_host_api_key(uuid)', 'find_tenant(text)', 'list_tenants(timestamptz,uuid,int)'] loop
    execute format('alter function %s owner to tieline_system', fn);
    execute format('revoke all on function %s from public', fn);
    execute format('grant execute on function %s to tieline_app', fn);
  end loop;
end $$;
