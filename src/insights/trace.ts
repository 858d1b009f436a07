import type { TenantId } from "#core";

/** Where a call is on its way, station by station. */
export interface TraceStation {
  station: "received" | "eligible" | "matched" | "mapped" | "sent" | "answered" | "confirmed";
  state: "done" | "stopped" | "waiting" | "skipped" | "not_reached";
  at: string | null;
  /** One sentence for people. */
  detail: string;
  code?: string;
  /** What to do about a stop. */
  action?: string;
}

/** The way into one connection. */
export interface TracedPath {
  connection_id: string | null;
  provider: string;
  state: string;
  stations: TraceStation[];
  links: { kind: string; external_id: string; url: string | null }[];
}

/** A call or a message with its way into every connection. */
interface Traced {
  id: string;
  agent_id: string;
  customer_name: string | null;
  customer_phone: string | null;
  created_at: string;
  received_by: string;
  paths: TracedPath[];
}

export interface TracedCall extends Traced {
  call_id: string;
}

export interface TracedMessage extends Traced {
  message_id: string;
  conversation_id: string | null;
  direction: string;
}

export interface Trace {
  query: string;
  /** What the query was understood as. */
  kind:
    | "call"
    | "message"
    | "phone"
    | "email"
    | "call_sync"
    | "connection"
    | "inbound_event"
    | "external_id"
    | "nothing";
  /** The calls it leads to, newest first. */
  calls: TracedCall[];
  /** The text messages it leads to, newest first. */
  messages: TracedMessage[];
  /** When nothing was found: what we know, and the request that would send it. */
  never_received?: { detail: string; last_call_at: string | null; curl: string };
}

export interface Tracer {
  /** Answers "where did it stop and why" for any id, phone, e-mail or provider id. p95 < 500 ms at a million calls. */
  trace(tenantId: TenantId, query: string): Promise<Trace>;
}
