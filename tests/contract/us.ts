import { randomBytes } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import {
  createGateway,
  createGovernor,
  createMemoryRateStore,
  createVault,
  createWriteLedger,
  type Intent,
} from "#connections";
import type { Action, Connector, Outcome, ProviderApi, ProviderRequest, SignedRequest, Unit } from "#connector-kit";
import { newId, systemClock } from "#core";
import type { Db } from "#db";
import type { Control } from "#simulators/kit";
import type { ContractSite } from "../../src/connector-kit/contract.ts";

export interface SignIn {
  kind: Connector["auth"][number]["kind"];
  fields: Record<string, string>;
}

/** Our side of a contract test: the product's own gateway, with a memory of its own for the limits. */
export function createUs(
  t: TestContext,
  connector: Connector,
  url: string,
  onSend: (request: ProviderRequest) => void = () => {},
) {
  const vault = createVault({ keys: [{ id: "k1", key: randomBytes(32) }], activeKeyId: "k1" });
  return { connect };

  /** The API of one sign-in; set up as after connecting, unless it could not be. */
  async function connect(signIn: SignIn, settings: Record<string, unknown> = {}, setUp = true): Promise<ProviderApi> {
    const strategy = connector.auth.find(({ kind }) => kind === signIn.kind);
    if (!strategy) throw new Error(`${connector.id} has no ${signIn.kind}`);
    const governor = createGovernor({ store: createMemoryRateStore(systemClock), clock: systemClock });
    const gateway = createGateway({
      db: noDb,
      vault,
      connectors: [connector],
      governor,
      clock: systemClock,
      bases: { [connector.id]: { api: url } },
    });
    t.after(() => gateway.close());
    const draft = gateway.forDraft(
      {
        id: newId("connection"),
        connector,
        strategy,
        environment: "production",
        externalAccountId: null,
        settings: connector.settings.parse(settings) as Record<string, unknown>,
        secret: { kind: "fields", fields: signIn.fields, accessToken: null },
      },
      { priority: "post_call" },
    );
    const watched: ProviderApi = {
      connection: draft.connection,
      send(request) {
        onSend(request);
        return draft.send(request);
      },
    };
    const state = setUp ? ((await connector.setUp?.(watched)) ?? {}) : {};
    return { connection: { ...draft.connection, state }, send: watched.send };
  }
}

/** Performs as the calls capability does, with a ledger that says the same of every unit. */
export function execute<Input>(
  api: ProviderApi,
  action: Action<Input>,
  units: readonly Unit<Input>[],
  state: "new" | "unsettled",
): Promise<Map<string, Outcome>> {
  const intent: Intent = state === "new" ? { state } : { state, since: 0 };
  return createWriteLedger().execute(api, action, units, new Map(units.map(({ key }) => [key, intent])));
}

// What is not connected yet has no row, so its gateway must not ask for one.
const noDb = new Proxy({} as Db, {
  get(_target, name) {
    throw new Error(`A draft asked the database for ${String(name)}`);
  },
});

/** The parts of a contract site that every simulator's control has. */
export function armed(control: Control): Pick<ContractSite, "fault" | "clearFaults" | "requests"> {
  return {
    fault({ path, ...rule }) {
      control.fault({ ...rule, ...(path ? { match: { path } } : {}) });
    },
    clearFaults: () => control.clearFaults(),
    requests: (path) => control.requests().filter((request) => path.test(request.path)).length,
  };
}

/** A local address that keeps the webhooks it is sent, as the intake sees them. */
export async function listen(t: TestContext): Promise<{ url: string; received: SignedRequest[] }> {
  const received: SignedRequest[] = [];
  const server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    received.push({ method: request.method ?? "", url: `http://${request.headers.host}${request.url}`, headers, body });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
