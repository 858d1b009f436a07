export type { Deliveries, Delivery } from "./deliveries.ts";
export {
  createZapierSimulator,
  defaults,
  type ZapierControl,
  type ZapierLimits,
  type ZapierOptions,
} from "./simulator.ts";
