import type { AgentId, ConnectionId, ErrorCode, FieldError, Id, Page, PageRequest, TenantId } from "#core";
import type { LoggedMessage, MessageDirection, MessageRecord } from "#model";
import type { CallSummary, CallSyncView } from "./calls.ts";

export type MessageId = Id<"message">;

/** Where a message came from. */
export type MessageSource = "api" | "sql" | "import";

/** What became of one accepted message. Accepted means committed. */
export type AcceptedMessage =
  | { status: "accepted"; id: MessageId; messageId: string; routedTo: number }
  /** The same message with the same body was here before. */
  | { status: "duplicate"; id: MessageId; messageId: string }
  | { status: "refused"; messageId: string; code: ErrorCode; detail: string; errors?: FieldError[] };

export interface MessageSummary extends MessageRecord {
  source: MessageSource;
  /** As with calls. */
  sync_state: CallSummary["sync_state"];
  created_at: string;
}

/** A message's way to one connection. */
export interface MessageSyncView extends Omit<CallSyncView, "call_id"> {
  message_id: MessageId;
}

export interface MessageFilter {
  agentId?: AgentId;
  connectionId?: ConnectionId;
  /** The host's own id. */
  conversationId?: string;
  direction?: MessageDirection;
  syncState?: MessageSummary["sync_state"];
  /** Free text: a phone, an e-mail, a message id. */
  q?: string;
  createdFrom?: string;
  createdTo?: string;
}

/** Text messages and their way into the CRMs. */
export interface Messages {
  /**
   * Takes one message of a tenant; resolves once the message, its event and its syncs are committed. Concurrent callers
   * share one transaction. Refusals are answers; only a database that cannot store throws.
   */
  accept(tenantId: TenantId, message: LoggedMessage, source: MessageSource): Promise<AcceptedMessage>;
  list(tenantId: TenantId, filter: MessageFilter, page: PageRequest): Promise<Page<MessageSummary>>;
  /** By our id or the host's message_id. */
  read(tenantId: TenantId, id: string): Promise<MessageSummary | null>;
  syncs(tenantId: TenantId, messageId: MessageId): Promise<MessageSyncView[]>;
  /** Tries again what is dead, or syncs anyway what a rule left out. Answers how many. */
  retry(
    tenantId: TenantId,
    messageId: MessageId,
    options: { connectionId?: ConnectionId; evenSkipped?: boolean },
  ): Promise<number>;
}
