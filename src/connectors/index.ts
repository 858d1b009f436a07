import type { Connector } from "#connector-kit";
import { hubspot } from "./hubspot/connector.ts";
import { retell } from "./retell/connector.ts";
import { zapier } from "./zapier/connector.ts";

export { hubspot, retell, zapier };

/** Every provider we speak, by id, in the order in which they are shown. */
export function createConnectors(): ReadonlyMap<string, Connector> {
  return new Map([hubspot, zapier, retell].map((connector) => [connector.id, connector]));
}
