import { createHash } from "node:crypto";
import type { Connector } from "#connector-kit";
import { toPublicId } from "#core";
import type { Connection } from "./contract/connections.ts";
import type { ConnectionRow } from "./ports.ts";
import { capabilitiesOf } from "./provider-view.ts";

/** Shows connections: public ids, the provider's name, and where its webhooks go. */
export function createConnectionView(connectors: ReadonlyMap<string, Connector>, publicUrl: string) {
  return function present(row: ConnectionRow): Connection {
    const connector = connectors.get(row.provider);
    return {
      id: toPublicId("connection", row.id),
      tenant_id: toPublicId("tenant", row.tenant_id),
      agent_id: row.agent_id && toPublicId("agent", row.agent_id),
      provider: row.provider,
      provider_name: connector?.name ?? row.provider,
      environment: row.environment,
      name: row.name,
      auth: row.auth,
      role: row.role,
      status: row.status,
      status_reason: row.status_reason,
      status_detail: row.status_detail,
      status_changed_at: row.status_changed_at,
      account: row.external_account_id ? { id: row.external_account_id, name: row.external_account_name } : null,
      scopes: row.scopes,
      capabilities: connector ? capabilitiesOf(connector) : [],
      settings: row.settings,
      webhook_url: connector?.webhooks
        ? `${publicUrl}/webhooks/${row.provider}${connector.webhooks.routing === "key" ? `/${row.webhook_key}` : ""}`
        : null,
      last_success_at: row.last_success_at,
      last_error_at: row.last_error_at,
      created_at: row.created_at,
      updated_at: row.updated_at,
    };
  };
}

export type ConnectionView = ReturnType<typeof createConnectionView>;

/** Names the state of what a person can edit. Health and status move by themselves and would spoil every edit. */
export function etagOf(row: ConnectionRow): string {
  const editable = JSON.stringify([row.id, row.name, row.role, row.settings]);
  return `"${createHash("sha256").update(editable).digest("base64url").slice(0, 22)}"`;
}
