import type { Connector } from "#connector-kit";
import { hubspot } from "./hubspot/connector.ts";

export { hubspot };

/** Every provider we speak, by id, in the order in which they are shown. */
export function createConnectors(): ReadonlyMap<string, Connector> {
  return new Map([hubspot].map((connector) => [connector.id, connector]));
}
