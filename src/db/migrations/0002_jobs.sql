-- One lane per (kind, subject): the queue of one connection's work. The units of work live in the ledgers of the
-- capabilities (call_syncs, inbound_events …); a lane says that there are some, when, and who is at it.
-- Times of work (due_at) come from the app's clock, times of leases and wake-ups from the database's.
create table lanes (
  key text primary key,                     -- kind:subject_id
  tenant_id uuid not null references tenants on delete cascade,
  kind text not null,
  subject_id uuid not null,
  due_at timestamptz,                       -- null: nothing waits
  wakes bigint not null default 0,          -- counts wake-ups, so that one during a slice is not missed
  queued boolean not null default false,    -- a wake-up is on its way; then due_at is set
  woken_at timestamptz,
  failures int not null default 0,          -- slices in a row that ended with an error: the lane backs off
  lease_token uuid,
  lease_until timestamptz
) with (fillfactor = 70);
call protect_tenant_table('lanes');
grant select, update on lanes to tieline_system;
-- Two narrow indexes, so that the reaper reads what it takes and not the whole backlog.
create index lanes_due on lanes (due_at) where due_at is not null and not queued;
create index lanes_queued on lanes (woken_at) where queued;

-- Wake-ups that a transport outside the database still has to be told of; deleted once it has them.
create table wake_outbox (
  id bigint generated always as identity primary key,
  lane_key text not null,
  created_at timestamptz not null default clock_timestamp()
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

-- Takes the lane if its work waits and nobody holds it. Answers no row otherwise.
-- The row is locked FOR UPDATE, which waits for the holder's fenced transaction (FOR KEY SHARE) but is not needed by a
-- wake-up: so nobody takes a lane over under an effect that may still commit, and no wake-up waits for an effect.
create function lease_lane(lane_key text, token uuid, lease_ms int, at timestamptz)
returns table (tenant_id uuid, kind text, subject_id uuid, wakes bigint, failures int)
language plpgsql security definer set search_path = public set lock_timeout = '2s' as $$
#variable_conflict use_column
begin
  perform 1 from lanes l
  where l.key = lane_key and (l.queued or l.due_at <= at)
    and (l.lease_until is null or l.lease_until < clock_timestamp())
  for update;
  if not found then return; end if;
  return query
    update lanes l set queued = false, lease_token = token, lease_until = clock_timestamp() + lease_ms * interval '1 ms'
    where l.key = lane_key
    returning l.tenant_id, l.kind, l.subject_id, l.wakes, l.failures;
exception when lock_not_available then
  return;  -- a stalled holder sits in a transaction: the reaper comes again
end $$;

-- Keeps the leases of slices that take long. Answers the lanes that are still held.
create function extend_lanes(keys text[], tokens uuid[], lease_ms int) returns setof text
language sql security definer set search_path = public as $$
  with held as (
    select l.key from lanes l join unnest(keys, tokens) as h (key, token) on l.key = h.key and l.lease_token = h.token
    order by l.key for no key update of l)
  update lanes l set lease_until = clock_timestamp() + lease_ms * interval '1 ms' from held where l.key = held.key
  returning l.key
$$;

-- Ends a lease: work is left at next_at (null: none), or now when somebody woke the lane meanwhile. Answers whether the
-- lane is to be worked again at once, and no row when the lease was lost.
create function release_lane(lane_key text, token uuid, seen_wakes bigint, next_at timestamptz, failed boolean, at timestamptz)
returns setof boolean language plpgsql security definer set search_path = public as $$
begin
  return query
    update lanes l set lease_token = null, lease_until = null, due_at = d.due_at,
      queued = coalesce(d.due_at <= at, false),
      woken_at = case when d.due_at <= at then clock_timestamp() else l.woken_at end,
      failures = case when failed then l.failures + 1 else 0 end
    from (select key, case when wakes <> seen_wakes and not failed then at else next_at end as due_at
          from lanes where key = lane_key for no key update) d
    where l.key = d.key and l.lease_token = token
    returning l.queued;
end $$;

-- Lanes whose work is due and that nobody holds or is about to hold: their wake-up was lost, was delayed on purpose, came
-- by SQL, or their worker died. The caller works them itself.
create function reap_lanes(kinds text[], at timestamptz, patience_ms int, row_limit int) returns setof text
language sql security definer set search_path = public as $$
  with due as (
    select key from lanes
    where not queued and due_at <= at and kind = any (kinds)
      and (lease_until is null or lease_until < clock_timestamp())
    order by due_at limit row_limit for update skip locked),
  lost as (
    select key from lanes
    where queued and woken_at < now() - patience_ms * interval '1 ms' and kind = any (kinds)  -- clock_timestamp() is no index condition
      and (lease_until is null or lease_until < clock_timestamp())
    order by woken_at limit row_limit for update skip locked)
  update lanes l set queued = true, woken_at = clock_timestamp()
  where l.key in (select key from due union all select key from lost limit row_limit)
  returning l.key
$$;

-- A stopping worker hands back the wake-ups it took and did not get to: the next reaper finds them at once.
create function return_lanes(keys text[]) returns void language sql security definer set search_path = public as $$
  update lanes l set queued = false from (
    select key from lanes where key = any (keys) and queued order by key for no key update) mine
  where l.key = mine.key
$$;

do $$
declare fn text;
begin
  foreach fn in array array['lease_lane(text,uuid,int,timestamptz)', 'extend_lanes(text[],uuid[],int)',
    'release_lane(text,uuid,bigint,timestamptz,boolean,timestamptz)', 'reap_lanes(text[],timestamptz,int,int)',
    'return_lanes(text[])'] loop
    execute format('alter function %s owner to tieline_system', fn);
    execute format('revoke all on function %s from public', fn);
    execute format('grant execute on function %s to tieline_app', fn);
  end loop;
end $$;
