-- What recurs: clearing old logs, trying failed work again, looking after connections.

-- The least id that uuid_v7 could have made at that time: so the primary key finds what is old, without another index.
create function uuid_v7_floor(at timestamptz) returns uuid language sql immutable parallel safe as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- One slice of what is older; answers how many rows went. The caller comes again until nothing is left.
create function delete_old_events(before timestamptz, row_limit int) returns bigint language sql security definer set search_path = public
as $$
  with gone as (
    delete from events where id in (
      select id from events where id < uuid_v7_floor(before) and created_at < before order by id limit row_limit) returning 1)
  select count(*) from gone
$$;

-- What still waits for its work is no log.
create function delete_old_inbound_events(before timestamptz, row_limit int) returns bigint language sql security definer set search_path = public
as $$
  with gone as (
    delete from inbound_events where id in (
      select id from inbound_events
      where id < uuid_v7_floor(before) and received_at < before and state in ('done', 'ignored', 'dead') order by id limit row_limit) returning 1)
  select count(*) from gone
$$;

create function delete_old_audit_log(before timestamptz, row_limit int) returns bigint language sql security definer set search_path = public
as $$
  with gone as (
    delete from audit_log where id in (
      select id from audit_log where id < uuid_v7_floor(before) and created_at < before order by id limit row_limit) returning 1)
  select count(*) from gone
$$;

-- How often a unit that had run out of attempts was queued again by itself. A retry by hand starts anew.
alter table call_syncs add column automatic_retries smallint not null default 0;
create index call_syncs_to_retry on call_syncs (finished_at)
  where state = 'dead' and automatic_retries < 3 and cause_class in ('provider_outage', 'network', 'rate_limit', 'internal');

-- Dead units that may do better another time, at connections that can be written to.
create function find_failed_call_syncs(died_until timestamptz, row_limit int)
returns table (id uuid, tenant_id uuid, connection_id uuid) language sql security definer set search_path = public
as $$
  select s.id, s.tenant_id, s.connection_id from call_syncs s join connections c on c.id = s.connection_id
  where s.state = 'dead' and s.automatic_retries < 3 and s.cause_class in ('provider_outage', 'network', 'rate_limit', 'internal')
    and s.finished_at <= died_until and c.status in ('connected', 'degraded')
  order by s.finished_at limit row_limit
$$;

alter table connections add column checked_at timestamptz;   -- by the health check

-- The next connections to be checked, marked as checked so that nobody else takes them: those in trouble, and those that
-- had no success since silent_since.
create function take_connections_to_check(wanted_providers text[], silent_since timestamptz, checked_before timestamptz, at timestamptz, row_limit int)
returns table (id uuid, tenant_id uuid) language sql security definer set search_path = public
as $$
  update connections c set checked_at = at
  where c.id in (
    select d.id from connections d
    where d.provider = any (wanted_providers) and (d.checked_at is null or d.checked_at < checked_before)
      and (d.status = 'degraded' or d.status = 'connected' and coalesce(d.last_success_at, d.created_at) < silent_since)
    order by d.checked_at nulls first, d.id limit row_limit for update skip locked)
  returning c.id, c.tenant_id
$$;

grant select, delete on events, inbound_events, audit_log to tieline_system;
grant select on call_syncs to tieline_system;
do $$
declare fn text;
begin
  foreach fn in array array['delete_old_events(timestamptz,int)', 'delete_old_inbound_events(timestamptz,int)',
    'delete_old_audit_log(timestamptz,int)', 'find_failed_call_syncs(timestamptz,int)',
    'take_connections_to_check(text[],timestamptz,timestamptz,timestamptz,int)'] loop
    execute format('alter function %s owner to tieline_system', fn);
    execute format('revoke all on function %s from public', fn);
    execute format('grant execute on function %s to tieline_app', fn);
  end loop;
end $$;
