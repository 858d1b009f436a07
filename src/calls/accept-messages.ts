import { newId, type TenantId } from "#core";
import type { Db, Tx } from "#db";
import type { LoggedMessage } from "#model";
import { peopleOf, unknownAgent } from "./accept.ts";
import { findOrCreateContacts, readTenantAgents } from "./accept-store.ts";
import { createIntake } from "./intake.ts";
import { insertMessages, type MessageToInsert, readStoredMessages } from "./message-store.ts";
import type { AcceptedMessage, MessageId, MessageSource } from "./messages.ts";
import { type NormalizedMessage, normalizeMessage } from "./normalize-message.ts";
import { postCallPriority, type Routing } from "./routing.ts";
import { messageSubject } from "./subject.ts";

interface Arrived {
  tenantId: TenantId;
  message: LoggedMessage;
  source: MessageSource;
}

interface Known {
  one: Arrived;
  agent: string;
  normalized: NormalizedMessage;
}

/** Takes text messages, as calls are taken: all that belongs to one commits together. */
export function createAcceptMessages({ db, routing }: { db: Db; routing: Routing }) {
  return { accept: createIntake<Arrived, AcceptedMessage>({ db, acceptForTenant }) };

  async function acceptForTenant(
    tx: Tx,
    tenantId: TenantId,
    arrived: Arrived[],
    answers: Map<Arrived, AcceptedMessage>,
  ): Promise<void> {
    const agentIds = [...new Set(arrived.map(({ message }) => message.agent_id))];
    const { country, agents } = await readTenantAgents(tx, tenantId, agentIds);
    const known: Known[] = [];
    for (const one of arrived) {
      const { message_id: messageId, agent_id } = one.message;
      const agent = agents.get(agent_id);
      if (agent) known.push({ one, agent, normalized: normalizeMessage(one.message, country) });
      else answers.set(one, { status: "refused", messageId, ...unknownAgent(agent_id) });
    }
    if (known.length === 0) return;

    const messages = await toMessages(tx, tenantId, known);
    const inserted = await insertMessages(tx, tenantId, [...messages.values()]);
    const olderIds = [...messages.keys()].filter((messageId) => !inserted.has(messageId));
    const stored = await readStoredMessages(tx, tenantId, olderIds);
    const fresh = [...messages.values()].filter(({ message_id }) => inserted.has(message_id));
    const subjects = fresh.map((message) => messageSubject({ ...message, agent_id: message.agent_uuid }));
    const routed = await routing.route(tx, tenantId, subjects, postCallPriority);

    for (const { one, normalized } of known) {
      const { message_id: messageId, body_hash } = normalized;
      const own = messages.get(messageId);
      if (own && inserted.delete(messageId)) {
        const id = own.id as MessageId;
        answers.set(one, { status: "accepted", id, messageId, routedTo: routed.get(id) ?? 0 });
      } else {
        const first = stored.get(messageId) ?? (own && { id: own.id, hash: own.body_hash });
        answers.set(one, repeated(messageId, first, body_hash));
      }
    }
  }
}

/** The messages to insert, with their contacts. One message id twice in a batch: the first is the message. */
async function toMessages(tx: Tx, tenantId: TenantId, known: Known[]): Promise<Map<string, MessageToInsert>> {
  const contacts = await findOrCreateContacts(tx, tenantId, peopleOf(known.map(({ normalized }) => normalized)));
  const messages = new Map<string, MessageToInsert>();
  for (const { one, agent, normalized } of known) {
    if (messages.has(normalized.message_id)) continue;
    const { customer_phone: phone, customer_email: email } = normalized;
    const contactId = contacts.get(phone ?? email ?? "") ?? null;
    const id = newId("message");
    messages.set(normalized.message_id, {
      ...normalized,
      id,
      agent_uuid: agent,
      contact_id: contactId,
      source: one.source,
    });
  }
  return messages;
}

function repeated(
  messageId: string,
  first: { id: string; hash: string | null } | undefined,
  hash: string,
): AcceptedMessage {
  if (first && (first.hash === null || first.hash === hash))
    return { status: "duplicate", id: first.id as MessageId, messageId };
  return {
    status: "refused",
    messageId,
    code: "message.conflict",
    detail: `Message ${messageId} was accepted before with another content; the first one stands.`,
  };
}
