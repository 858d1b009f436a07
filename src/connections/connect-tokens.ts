import { type AgentId, type ConnectionId, type Id, newId } from "#core";
import { now, type Tx } from "#db";
import { currentTenant } from "./store.ts";

/** What a connect token allows. The token itself is a signed text that names this row. */
export interface ConnectTokenRow {
  id: Id<"connectToken">;
  agent_id: AgentId | null;
  connection_id: ConnectionId | null;
  mode: "connect" | "reconnect" | "manage";
  /** Empty: all. */
  providers: string[];
  origins: string[];
  expires_at: Date;
}

const columns = ["id", "agent_id", "connection_id", "mode", "providers", "origins", "expires_at"] as const;
type Words = Pick<ConnectTokenRow, "mode">;

export function addConnectToken({ kysely }: Tx, token: Omit<ConnectTokenRow, "id">): Promise<ConnectTokenRow> {
  return kysely
    .insertInto("connect_tokens")
    .values({ id: newId("connectToken"), tenant_id: currentTenant, ...token })
    .returning(columns)
    .$narrowType<Words>()
    .executeTakeFirstOrThrow();
}

/** Null when it is unknown, of another tenant, or expired. */
export async function findConnectToken({ kysely }: Tx, id: Id<"connectToken">): Promise<ConnectTokenRow | null> {
  const row = await kysely
    .selectFrom("connect_tokens")
    .select(columns)
    .where("id", "=", id)
    .where("expires_at", ">", now)
    .$narrowType<Words>()
    .executeTakeFirst();
  return row ?? null;
}
