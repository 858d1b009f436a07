-- One lane per (kind, subject): the queue of one connection's work. The units of work live in the ledgers of the
-- capabilities (call_syncs, inbound_events …); a lane says that there are some, when, and who is at it.
create table lanes (
  key text primary key,
  tenant_id uuid not null references tenants on delete cascade,
  kind text not null,
  subject_id uuid not null,
  due_at timestamptz,                       -- null: nothing waits
  wakes bigint not null default 0,          -- counts wake-ups, so that one during a slice is not missed
  queued boolean not null default false,    -- a wake-up is with the transport
  woken_at timestamptz,
  lease_token uuid,
  lease_until timestamptz
);
call protect_tenant_table('lanes');
grant select, update on lanes to tieline_system;
create index lanes_due on lanes (due_at) where due_at is not null;

-- Wake-ups that a transport outside the database still has to be told of; deleted once it has them.
create table wake_outbox (
  id bigint generated always as identity primary key,
  lane_key text not null,
  kind text not null,
  created_at timestamptz not null default now()
);
grant select, insert, delete, update on wake_outbox to tieline_app;

-- Housekeeping that recurs for the whole installation, claimed by any process.
create table timetable (
  name text primary key,
  next_at timestamptz not null,
  lease_token uuid,
  lease_until timestamptz,
  last_started_at timestamptz,
  last_finished_at timestamptz,
  last_error text
);
grant select, insert, update, delete on timetable to tieline_app;

-- Takes the lane if nobody holds it. Answers no row otherwise.
create function lease_lane(lane_key text, token uuid, lease_ms int)
returns table (key text, tenant_id uuid, kind text, subject_id uuid, due_at timestamptz, wakes bigint)
language sql security definer set search_path = public as $$
  update lanes l set queued = false, lease_token = token, lease_until = clock_timestamp() + lease_ms * interval '1 ms'
  where l.key = lane_key and (l.lease_until is null or l.lease_until < clock_timestamp())
  returning l.key, l.tenant_id, l.kind, l.subject_id, l.due_at, l.wakes
$$;

-- Lanes whose work is due and that nobody holds or is about to hold: their wake-up was lost, was delayed on purpose, or their worker died.
create function reap_lanes(kinds text[], patience_ms int, row_limit int)
returns table (key text, kind text) language sql security definer set search_path = public as $$
  update lanes l set queued = true, woken_at = clock_timestamp()
  where l.key in (
    select d.key from lanes d
    where d.due_at <= clock_timestamp() and d.kind = any (kinds)
      and (d.lease_until is null or d.lease_until < clock_timestamp())
      and (not d.queued or d.woken_at < clock_timestamp() - patience_ms * interval '1 ms')
    order by d.due_at limit row_limit for update skip locked)
  returning l.key, l.kind
$$;

do $$
declare fn text;
begin
  foreach fn in array array['lease_lane(text,uuid,int)', 'reap_lanes(text[],int,int)'] loop
    execute format('alter function %s owner to tieline_system', fn);
    execute format('revoke all on function %s from public', fn);
    execute format('grant execute on function %s to tieline_app', fn);
  end loop;
end $$;
