import { createGoHighLevelSimulator } from "#simulators/gohighlevel";
import { createGoogleCalendarSimulator } from "#simulators/google-calendar";
import { createHubSpotSimulator } from "#simulators/hubspot";
import type { Control, Simulator } from "#simulators/kit";
import { createPipedriveSimulator } from "#simulators/pipedrive";
import { createRetellSimulator } from "#simulators/retell";
import { createSalesforceSimulator } from "#simulators/salesforce";
import { createZapierSimulator } from "#simulators/zapier";

/** Every simulator there is, by provider id. */
export const simulators = {
  gohighlevel: createGoHighLevelSimulator,
  hubspot: createHubSpotSimulator,
  pipedrive: createPipedriveSimulator,
  retell: createRetellSimulator,
  salesforce: createSalesforceSimulator,
  "google-calendar": createGoogleCalendarSimulator,
  zapier: createZapierSimulator,
} as const;

export type SimulatorId = keyof typeof simulators;

/** One of each, not yet started. */
export function createSimulators(ids: readonly SimulatorId[] = Object.keys(simulators) as SimulatorId[]) {
  const created = new Map<SimulatorId, Simulator<Control>>(ids.map((id) => [id, simulators[id]()]));
  return { all: created, startAll, stopAll };

  /** Starts them on consecutive ports from `firstPort`, or on free ones, and answers where each one is. */
  async function startAll({
    firstPort = 0,
    host,
  }: {
    firstPort?: number;
    host?: string;
  } = {}): Promise<Record<string, string>> {
    const urls: Record<string, string> = {};
    let port = firstPort;
    for (const [id, simulator] of created) {
      const { url } = await simulator.start({ port, ...(host === undefined ? {} : { host }) });
      urls[id] = url;
      if (firstPort > 0) port++;
    }
    return urls;
  }

  async function stopAll(): Promise<void> {
    await Promise.all([...created.values()].map((simulator) => simulator.stop()));
  }
}
