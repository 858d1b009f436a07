import { z } from "zod";
import type { Connector } from "#connector-kit";
import { PlatformError } from "#core";
import { Provider, ProviderList } from "../contract/providers.ts";
import type { ConnectionsPort } from "../ports.ts";
import { presentProvider } from "../provider-view.ts";
import { defineRoute, type Route } from "../route.ts";

/** The catalogue, made from the connectors' manifests. */
export function providerRoutes(deps: {
  connectors: ReadonlyMap<string, Connector>;
  connections: Pick<ConnectionsPort, "hasOAuthApp">;
}): Route[] {
  const { connectors, connections } = deps;
  return [
    defineRoute({
      method: "GET",
      path: "/v1/providers",
      tag: "Providers",
      summary: "List providers",
      permission: "any",
      tenant: "optional",
      takesConnectTokens: true,
      audit: { none: "a read" },
      reply: { status: 200, description: "Every provider with its manifest.", schema: ProviderList },
      errors: [],
      handle: async ({ principal }) => ({
        body: { data: [...connectors.values()].filter(({ id }) => mayUse(principal.connect, id)).map(present) },
      }),
    }),
    defineRoute({
      method: "GET",
      path: "/v1/providers/{id}",
      tag: "Providers",
      summary: "Read a provider",
      permission: "any",
      tenant: "optional",
      takesConnectTokens: true,
      audit: { none: "a read" },
      params: z.object({ id: z.string().max(50) }),
      reply: { status: 200, description: "The provider with its manifest.", schema: Provider },
      errors: ["provider.unknown"],
      async handle({ principal, params }) {
        const connector = connectors.get(params.id);
        if (!connector || !mayUse(principal.connect, params.id)) throw unknownProvider(params.id);
        return { body: present(connector) };
      },
    }),
  ];

  function present(connector: Connector): Provider {
    return presentProvider(connector, connections.hasOAuthApp(connector.id));
  }
}

/** Whether a connect token, if it is one, reaches the provider. */
export function mayUse(connect: { providers: string[] } | undefined, provider: string): boolean {
  return !connect || connect.providers.length === 0 || connect.providers.includes(provider);
}

export function unknownProvider(_id: string): PlatformError {
  return new PlatformError("provider.unknown", "There is no such provider. See GET /v1/providers for the list.");
}
