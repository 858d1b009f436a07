import type { z } from "zod";
import type * as contract from "../../../src/api/contract/index.ts";

// The contract's types and nothing of its code: the server parses, the pages trust.
export type {
  Agent,
  ApiKey,
  ApiKeyCreate,
  ApiKeyCreated,
  Call,
  Capability,
  Connection,
  ConnectionReconnected,
  ConnectionRemoved,
  FormField,
  InboundEvent,
  OAuthStarted,
  Problem,
  Provider,
  Scope,
  Session,
  SignIn,
  Tenant,
  TestLine,
  TestReport,
  Trace,
} from "../../../src/api/contract/index.ts";

export type CallSync = z.infer<typeof contract.CallSync>;
export type CallSyncStep = z.infer<typeof contract.CallSyncStep>;
export type CallSyncQuery = Partial<z.infer<typeof contract.CallSyncQuery>>;
export type CallQuery = Partial<z.infer<typeof contract.CallQuery>>;
export type InboundEventQuery = Partial<z.infer<typeof contract.InboundEventQuery>>;
export type ConnectionCreate = z.input<typeof contract.ConnectionCreate>;
export type ConnectionUpdate = z.infer<typeof contract.ConnectionUpdate>;
export type OAuthStart = z.input<typeof contract.OAuthStart>;
export type Retried = z.infer<typeof contract.Retried>;
export type TraceStation = z.infer<typeof contract.TraceStation>;
export type TracedCall = contract.Trace["calls"][number];
export type TracedMessage = contract.Trace["messages"][number];
export type TracePath = TracedCall["paths"][number];
export type SyncState = contract.Call["sync_state"];
export type ConnectionStatus = contract.Connection["status"];

export interface Page<T> {
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
  prev_cursor: string | null;
}
