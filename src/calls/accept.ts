import { type CallId, type FieldError, newId, type TenantId } from "#core";
import type { Db, Tx } from "#db";
import type { CompletedCall } from "#model";
import {
  type CallToInsert,
  findOrCreateContacts,
  insertCalls,
  type PersonToFind,
  readStoredHashes,
  readTenantAgents,
} from "./accept-store.ts";
import type { AcceptedCall, CallSource } from "./calls.ts";
import { createIntake } from "./intake.ts";
import { type NormalizedCall, normalizeCall } from "./normalize.ts";
import { backfillPriority, postCallPriority, type Routing } from "./routing.ts";
import { callSubject } from "./subject.ts";

interface Arrived {
  tenantId: TenantId;
  call: CompletedCall;
  source: CallSource;
  importId: string | null;
}

/** Takes finished calls: the call, its contact, its event, its syncs and the wake-ups of their lanes commit together. */
export function createAccept({ db, routing }: { db: Db; routing: Routing }) {
  return { accept: createIntake<Arrived, AcceptedCall>({ db, acceptForTenant }) };

  async function acceptForTenant(
    tx: Tx,
    tenantId: TenantId,
    arrived: Arrived[],
    answers: Map<Arrived, AcceptedCall>,
  ): Promise<void> {
    const { country, agents } = await readTenantAgents(tx, tenantId, [
      ...new Set(arrived.map(({ call }) => call.agent_id)),
    ]);
    const known: { one: Arrived; agent: string; normalized: NormalizedCall }[] = [];
    for (const one of arrived) {
      const agent = agents.get(one.call.agent_id);
      if (agent) known.push({ one, agent, normalized: normalizeCall(one.call, country) });
      else answers.set(one, { status: "refused", callId: one.call.call_id, ...unknownAgent(one.call.agent_id) });
    }
    if (known.length === 0) return;

    const contacts = await findOrCreateContacts(tx, tenantId, peopleOf(known.map(({ normalized }) => normalized)));
    const calls = new Map<string, CallToInsert>(); // one call id twice in a batch: the first is the call
    for (const { one, agent, normalized } of known) {
      if (calls.has(normalized.call_id)) continue;
      const { customer_phone: phone, customer_email: email } = normalized;
      const contactId = contacts.get(phone ?? email ?? "") ?? null;
      calls.set(normalized.call_id, {
        ...normalized,
        id: newId("call"),
        agent_uuid: agent,
        contact_id: contactId,
        source: one.source,
        import_id: one.importId,
      });
    }
    const inserted = await insertCalls(tx, tenantId, [...calls.values()]);
    const stored = await readStoredHashes(
      tx,
      tenantId,
      [...calls.keys()].filter((callId) => !inserted.has(callId)),
    );
    const routed = new Map<string, number>();
    for (const [importId, fresh] of Map.groupBy(
      [...calls.values()].filter(({ call_id }) => inserted.has(call_id)),
      ({ import_id }) => import_id,
    )) {
      const subjects = fresh.map((call) => callSubject({ ...call, agent_id: call.agent_uuid }));
      const counts = await routing.route(tx, tenantId, subjects, importId ? backfillPriority : postCallPriority);
      for (const [id, count] of counts) routed.set(id, count);
    }

    const answered = new Set<string>();
    for (const { one, normalized } of known) {
      const { call_id, body_hash } = normalized;
      const fresh = inserted.has(call_id) ? calls.get(call_id) : undefined;
      if (fresh && !answered.has(call_id)) {
        answered.add(call_id);
        answers.set(one, {
          status: "accepted",
          id: fresh.id as CallId,
          callId: call_id,
          routedTo: routed.get(fresh.id) ?? 0,
        });
        continue;
      }
      const first = fresh ? { id: fresh.id, hash: fresh.body_hash } : stored.get(call_id);
      answers.set(one, repeated(call_id, first, body_hash));
    }
  }
}

export type Accept = ReturnType<typeof createAccept>;

function repeated(callId: string, first: { id: string; hash: string | null } | undefined, hash: string): AcceptedCall {
  if (first && (first.hash === null || first.hash === hash))
    return { status: "duplicate", id: first.id as CallId, callId };
  return {
    status: "refused",
    callId,
    code: "call.conflict",
    detail: `Call ${callId} was accepted before with another content; the first one stands.`,
  };
}

/** Why nothing of an agent that we do not know can be taken. */
export function unknownAgent(agentId: string): { code: "request.invalid"; detail: string; errors: FieldError[] } {
  return {
    code: "request.invalid",
    detail: `There is no agent ${agentId} here. Create it with POST /v1/agents, or send the id of one that exists.`,
    errors: [{ pointer: "/agent_id", code: "unknown_agent", detail: "No such agent in this tenant." }],
  };
}

/** Each person once, by phone where there is one, else by e-mail. */
export function peopleOf(
  records: readonly Pick<NormalizedCall, "customer_name" | "customer_phone" | "customer_email">[],
): PersonToFind[] {
  const people = new Map<string, PersonToFind>();
  for (const { customer_phone: phone, customer_email: email, customer_name } of records) {
    const key = phone ?? email;
    if (key && !people.has(key)) people.set(key, { id: newId("contact"), phone, email, full_name: customer_name });
  }
  return [...people.values()];
}
