import { aCallSync } from "./call-examples.ts";

/** A text message, as the reference page shows it. */
export const aLoggedMessage = {
  action: "message_logged" as const,
  message: {
    message_id: "sms_abc123",
    agent_id: "agent_xyz789",
    conversation_id: "conv_42",
    direction: "inbound" as const,
    customer_name: "Jane Smith",
    customer_phone: "+14079780655",
    customer_email: null,
    text: "Can you come on Friday instead?",
    sent_at: "2026-02-16T09:12:00Z",
  },
  timestamp: "2026-02-16T09:12:01Z",
};

export const aStoredMessage = {
  ...aLoggedMessage.message,
  id: "msg_01jq8f0c1xe4bsm2v7h9d3kqnr",
  agent_id: "agt_01jq8f0c1xe4bsm2v7h9d3kqnr",
  sent_at: "2026-02-16T09:12:00.000Z",
  extra: {},
  source: "api" as const,
  sync_state: "done" as const,
  created_at: "2026-02-16T09:12:01.200Z",
};

const { call_id: _, ...aSync } = aCallSync;

export const aMessageSync = { ...aSync, message_id: aStoredMessage.id };
