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

export interface Trace {
  query: string;
  /** What the query was understood as. */
  kind: "call" | "phone" | "email" | "call_sync" | "connection" | "inbound_event" | "external_id" | "nothing";
  /** The calls it leads to, newest first, each with its way into every connection. */
  calls: {
    id: string;
    call_id: string;
    agent_id: string;
    customer_name: string | null;
    customer_phone: string | null;
    created_at: string;
    received_by: string;
    paths: {
      connection_id: string | null;
      provider: string;
      state: string;
      stations: TraceStation[];
      links: { kind: string; external_id: string; url: string | null }[];
    }[];
  }[];
  /** When nothing was found: what we know, and the request that would send it. */
  never_received?: { detail: string; last_call_at: string | null; curl: string };
}

export interface Tracer {
  /** Answers "where did it stop and why" for any id, phone, e-mail or provider id. p95 < 500 ms at a million calls. */
  trace(tenantId: TenantId, query: string): Promise<Trace>;
}
