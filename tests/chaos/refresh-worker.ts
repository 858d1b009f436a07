import { z } from "zod";
import {
  createGateway,
  createGovernor,
  createKeeper,
  createMemoryRateStore,
  createVault,
  type Gateway,
  type Keeper,
} from "#connections";
import { type Connector, defineConnector } from "#connector-kit";
import { type ConnectionId, PlatformError, systemClock, type TenantId } from "#core";
import { type Db, openDb } from "#db";

/** What a worker is told on its command line. */
export interface RefreshWorld {
  databaseUrl: string;
  providerUrl: string;
  /** Base64. */
  key: string;
  keeper: boolean;
  connections: { tenantId: TenantId; connectionId: ConnectionId }[];
}

/** A provider whose refresh tokens work once. */
export const onceProvider: Connector = defineConnector({
  id: "once",
  name: "Once",
  summary: "Refresh tokens that work once.",
  links: { documentation: "https://once.test", app: "https://once.test" },
  hosts: { api: "https://once.test" },
  auth: [
    {
      kind: "oauth2",
      authorizePath: "/authorize",
      tokenPath: "/token",
      clientAuth: "form",
      pkce: true,
      refreshTokens: "single_use",
      scopes: { required: ["all"], optional: [] },
      account: ({ account_id }) => ({ id: String(account_id), name: String(account_id) }),
    },
  ],
  limits: [],
  classify: ({ status }) =>
    new PlatformError(status === 401 ? "provider.credentials_invalid" : "provider.outage", `Once answered ${status}.`),
  settings: z.object({}),
  checks: [],
  actions: {},
  afterDisconnect: "Nothing.",
});

export const onceApp = { clientId: "app", clientSecret: "app-secret" };

/** A process of the product, as far as refreshing goes. */
export async function openWorld(
  world: RefreshWorld,
  onRefresh: () => void = () => {},
): Promise<{ db: Db; gateway: Gateway; keeper: Keeper; close(): Promise<void> }> {
  const db = await openDb({ url: world.databaseUrl, poolSize: 3 });
  const keys = [{ id: "k1", key: Buffer.from(world.key, "base64") }];
  const vault = createVault({ keys, activeKeyId: "k1" });
  const keeper = createKeeper({ db, vault, databaseUrl: world.databaseUrl, keys });
  const gateway = createGateway({
    db,
    vault,
    connectors: [onceProvider],
    governor: createGovernor({ store: createMemoryRateStore(systemClock), clock: systemClock }),
    clock: systemClock,
    bases: { once: { api: world.providerUrl } },
    apps: { once: onceApp },
    refreshLeaseMs: 4_000,
    ...(world.keeper && {
      keeper: {
        carryOut(job) {
          onRefresh();
          return keeper.carryOut(job);
        },
      },
    }),
  });
  return {
    db,
    gateway,
    keeper,
    async close() {
      await keeper.close();
      await gateway.close();
      await db.close();
    },
  };
}

// Uses connections at random until it is killed; every use needs a new token, since those here live for seconds.
if (import.meta.main) {
  const world = JSON.parse(process.argv[2] ?? "{}") as RefreshWorld;
  const tell = () => process.stdout.write("refreshing\n");
  const { gateway } = await openWorld(world, tell);
  const use = async () => {
    for (;;) {
      const one = world.connections[Math.floor(Math.random() * world.connections.length)];
      if (!one) return;
      if (!world.keeper) tell();
      const use = gateway.forConnection(one.tenantId, one.connectionId, { priority: "post_call" });
      await use.then((api) => api.send({ method: "GET", path: "/me", effect: "read" })).catch(() => {});
    }
  };
  await Promise.all([use(), use()]);
}
