import { createHubSpotSimulator } from "#simulators/hubspot";
import { createRetellSimulator, defaults } from "#simulators/retell";

// The simulators as a process of their own, so that their work is not counted as the product's.
const hubspot = await createHubSpotSimulator().start();
const retell = await createRetellSimulator().start();
console.log(JSON.stringify({ hubspotUrl: hubspot.url, retellUrl: retell.url, retellKey: defaults.apiKey }));
