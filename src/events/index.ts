export {
  describeEvent,
  type EventDescription,
  type EventPayload,
  type EventType,
  eventTypes,
  type SubjectKind,
  syncEndStates,
} from "./event-types.ts";
export { createEvents, type Events } from "./events.ts";
export { type Position, parsePosition, readEnd, readFeed, type StoredEvent, settleRestoredEvents } from "./feed.ts";
export type { FeedPage, FollowOptions } from "./follow.ts";
export type { EventFilter } from "./list.ts";
export { type NewEvent, recordEvent, recordEvents } from "./record.ts";
