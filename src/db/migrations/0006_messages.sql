-- Text messages: the same way into each CRM as calls.
create table messages (
  id uuid primary key default uuid_v7(),
  tenant_id uuid not null references tenants on delete cascade,
  agent_id uuid not null references agents on delete cascade,
  message_id text not null,                 -- the host's own id
  conversation_id text,                     -- the host's own, too
  source text not null default 'sql',       -- api, sql, import
  body_hash bytea,                          -- of the accepted body: the same message again is the same only with the same body
  contact_id uuid,
  direction text not null check (direction in ('inbound', 'outbound')),
  customer_name text,
  customer_phone text,                      -- E.164, or null when what came is not a number
  customer_phone_raw text,                  -- as it came
  customer_email text,                      -- lower case
  text text not null,
  sent_at timestamptz,
  extra jsonb not null default '{}',        -- fields beyond the contract, which can be mapped
  routed_at timestamptz,                    -- null: not yet handed to the agent's connections
  created_at timestamptz not null default now(),
  unique (tenant_id, message_id)
);
call protect_tenant_table('messages');
create index messages_by_tenant on messages (tenant_id, id desc);
create index messages_by_phone on messages (tenant_id, customer_phone, id desc);
create index messages_by_email on messages (tenant_id, customer_email, id desc) where customer_email is not null;
create index messages_by_conversation on messages (tenant_id, conversation_id, id desc) where conversation_id is not null;
create index messages_to_route on messages (tenant_id, id) where routed_at is null;

-- The ledger of calls is theirs as well: a unit is about one call or one message.
alter table call_syncs add column message_id uuid references messages on delete cascade;
alter table call_syncs alter column call_id drop not null;
alter table call_syncs add constraint call_syncs_subject check (num_nonnulls(call_id, message_id) = 1);
-- Partial, so that calls do not pay for it.
create unique index call_syncs_by_message on call_syncs (message_id, connection_id) where message_id is not null;

-- As with calls: whoever inserts a message raises the same event, and one that nobody has routed wakes the tenant's routing lane.
create function after_message_insert() returns trigger language plpgsql as $$
begin
  insert into events (tenant_id, type, subject_kind, subject_id, payload, origin)
  select tenant_id, 'message.logged', 'message', id,
    jsonb_build_object('message_id', message_id, 'agent_id', agent_id, 'direction', direction), source from inserted;
  insert into lanes as l (key, tenant_id, kind, subject_id, due_at, wakes)
  select distinct 'call_routing:' || tenant_id, tenant_id, 'call_routing', tenant_id, now(), 1 from inserted where routed_at is null
  on conflict (key) do update set due_at = least(coalesce(l.due_at, excluded.due_at), excluded.due_at), wakes = l.wakes + 1;
  return null;
end $$;
create trigger after_message_insert after insert on messages referencing new table as inserted for each statement execute function after_message_insert();
