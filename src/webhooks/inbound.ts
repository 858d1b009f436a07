import type { ConnectionId, Id, Page, PageRequest, TenantId } from "#core";

/** A webhook as the HTTP server got it. */
export interface ArrivedWebhook {
  provider: string;
  /** The key in the address, for connections that have their own. */
  key: string | null;
  method: string;
  /** The full URL as the sender saw it. */
  url: string;
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  body: Buffer;
}

export interface InboundEventView {
  id: Id<"inboundEvent">;
  connection_id: ConnectionId;
  provider: string;
  type: string | null;
  verdict: string;
  state: "queued" | "running" | "done" | "ignored" | "dead";
  effect: string | null;
  reason: string | null;
  detail: string | null;
  attempts: number;
  received_at: string;
  finished_at: string | null;
}

export interface InboundWebhooks {
  /**
   * Verifies, stores, and only then resolves: the caller answers 2xx after that. Throws `webhook.*`, `provider.unknown`,
   * `request.invalid`, `request.too_large` or `db.unavailable`; nothing is stored of what was refused but a count.
   */
  receive(webhook: ArrivedWebhook): Promise<{ stored: number; duplicates: number }>;
  list(
    tenantId: TenantId,
    filter: { connectionId?: ConnectionId; state?: InboundEventView["state"] },
    page: PageRequest,
  ): Promise<Page<InboundEventView>>;
  /** Handles a stored event again. */
  replay(tenantId: TenantId, id: Id<"inboundEvent">): Promise<boolean>;
}
