import type { CallQuery, CallSyncQuery, InboundEventQuery } from "./types.ts";

type TenantKey = string | null;

/** The name of every cached answer. The tenant comes first, so that one tenant's rows never show under another's name. */
export const keys = {
  session: (tenant: TenantKey) => [tenant, "session"] as const,
  tenants: ["tenants"] as const,
  everything: (tenant: TenantKey) => [tenant] as const,
  providers: (tenant: TenantKey) => [tenant, "providers"] as const,
  agents: (tenant: TenantKey) => [tenant, "agents"] as const,
  connections: (tenant: TenantKey) => [tenant, "connections"] as const,
  connection: (tenant: TenantKey, id: string) => [tenant, "connections", id] as const,
  calls: (tenant: TenantKey, filter?: CallQuery) => withFilter([tenant, "calls"], filter),
  call: (tenant: TenantKey, id: string) => [tenant, "calls", "one", id] as const,
  callSyncsOf: (tenant: TenantKey, callId: string) => [tenant, "calls", "syncs", callId] as const,
  callSyncs: (tenant: TenantKey, filter?: CallSyncQuery) => withFilter([tenant, "call-syncs"], filter),
  trace: (tenant: TenantKey, query?: string) => withFilter([tenant, "trace"], query),
  inboundEvents: (tenant: TenantKey, filter?: InboundEventQuery) => withFilter([tenant, "inbound-events"], filter),
  apiKeys: (tenant: TenantKey) => [tenant, "api-keys"] as const,
};

function withFilter(base: readonly unknown[], filter: unknown): readonly unknown[] {
  return filter === undefined ? base : [...base, filter];
}
