export type { CalendarOptions } from "./calendar.ts";
export type { CalendarControl, GoogleCalendarControl } from "./control.ts";
export type { CalendarEvent } from "./event.ts";
export {
  type AccountOptions,
  type AppOptions,
  allScopes,
  type CalendarLimits,
  defaults,
  type GoogleCalendarOptions,
  scopePrefix,
} from "./options.ts";
export { createGoogleCalendarSimulator } from "./simulator.ts";
export type { Mail } from "./world.ts";
