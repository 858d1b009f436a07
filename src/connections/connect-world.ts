import { randomBytes } from "node:crypto";
import type { Connector } from "#connector-kit";
import { createTestClock, newId } from "#core";
import type { Cleanup, Db, Tx } from "#db";
import { createConnections } from "./connections.ts";
import { aConnector, aGateway, aProvider, aVault, type Received, type Reply } from "./testing.ts";

export const vault = aVault();
export const browser = randomBytes(32).toString("base64url");

/** A tenant, an Acme that answers as told, and a browser that signs in there. */
export async function aConnectWorld(
  t: Cleanup,
  db: Db,
  answer: (request: Received) => Reply = anAccount(),
  values: Partial<Connector> = {},
) {
  const acme = await aProvider(t, answer);
  const clock = createTestClock(Date.now());
  const gateway = aGateway(t, { db, vault, url: acme.url, clock, connectors: [aConnector(values)] });
  const woken: string[] = [];
  const onConnected = async (_tx: Tx, { id }: { id: string }) => void woken.push(id);
  const connections = createConnections({ db, vault, gateway, clock, publicUrl: "https://us.test/", onConnected });
  const tenantId = newId("tenant");
  await db.withTenant(tenantId, (tx) => tx.query("insert into tenants (id, name) values ($1, 'A')", [tenantId]));
  const wish = {
    provider: "acme",
    environment: "production",
    agentId: null,
    name: null,
    role: "everything" as const,
    settings: {},
  };
  const begin = async (connectionId: Parameters<typeof connections.beginOAuth>[1]["connectionId"] = null) => {
    const { url } = await connections.beginOAuth(tenantId, { wish, connectionId, returnTo: "/integrations" }, browser);
    return new URL(url);
  };
  const finish = (url: URL, code = "code-1", as = browser) => {
    const state = url.searchParams.get("state") ?? "";
    return connections.finishOAuth("acme", new URLSearchParams({ code, state }), as);
  };
  const events = async () => {
    const rows = await db.withTenant(tenantId, (tx) =>
      tx.query<{ type: string }>("select type from events order by created_at, id"),
    );
    return rows.map(({ type }) => type);
  };
  const count = async (table: string) => {
    const [row] = await db.withTenant(tenantId, (tx) =>
      tx.query<{ n: number }>(`select count(*)::int as n from ${table}`),
    );
    return row?.n;
  };
  return { acme, clock, gateway, connections, tenantId, wish, begin, finish, events, woken, count };
}

/** Answers every sign-in with the account's tokens. */
export function anAccount(account_id = "account-1") {
  return ({ path }: Received): Reply => {
    if (path === "/oauth/token") {
      return {
        json: {
          access_token: "access-1",
          refresh_token: "refresh-1",
          expires_in: 1_800,
          scope: "contacts",
          account_id,
        },
      };
    }
    return { json: { account_id } };
  };
}

export const account: NonNullable<Connector["account"]> = async (api) => {
  const { body } = await api.send<{ account_id: string }>({ method: "GET", path: "/me", effect: "read" });
  return { id: body.account_id, name: "Acme" };
};
