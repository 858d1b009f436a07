import { type AgentId, type ConnectionId, newId } from "#core";
import type { Tx } from "#db";

/** What a connect token allows. The token itself is a signed text that names this row. */
export interface ConnectTokenRow {
  id: string;
  agent_id: AgentId | null;
  connection_id: ConnectionId | null;
  mode: "connect" | "reconnect" | "manage";
  /** Empty: all. */
  providers: string[];
  origins: string[];
  expires_at: Date;
}

export async function addConnectToken(tx: Tx, token: Omit<ConnectTokenRow, "id">): Promise<ConnectTokenRow> {
  const [row] = await tx.query<ConnectTokenRow>(
    `insert into connect_tokens (id, tenant_id, agent_id, connection_id, mode, providers, origins, expires_at)
     values ($1, current_tenant(), $2, $3, $4, $5, $6, $7)
     returning id, agent_id, connection_id, mode, providers, origins, expires_at`,
    [
      newId("connectToken"),
      token.agent_id,
      token.connection_id,
      token.mode,
      token.providers,
      token.origins,
      token.expires_at,
    ],
  );
  return row as ConnectTokenRow;
}

/** Null when it is unknown, of another tenant, or expired. */
export async function findConnectToken(tx: Tx, id: string): Promise<ConnectTokenRow | null> {
  const [row] = await tx.query<ConnectTokenRow>(
    `select id, agent_id, connection_id, mode, providers, origins, expires_at from connect_tokens where id = $1 and expires_at > now()`,
    [id],
  );
  return row ?? null;
}
