import type { Call, Routes } from "../api.ts";
import { refuse } from "../errors.ts";
import { dateTimeText, readDateTime } from "../values.ts";
import { tableOf } from "./records.ts";

const dayMs = 86_400_000;

export const feedRoutes: Routes = (add) => {
  add("GET", "/sobjects/:type/updated", updated);
  add("GET", "/sobjects/:type/deleted", deleted);
};

function updated(call: Call) {
  const table = tableOf(call);
  const { start, end } = span(call, 30);
  const ids = [...table.rows()]
    .filter((row) => row.deletedAt === undefined && row.modifiedAt >= start && row.modifiedAt < end)
    .map(({ id }) => id);
  return { status: 200, body: { ids, latestDateCovered: dateTimeText(covered(call, end)) } };
}

function deleted(call: Call) {
  const table = tableOf(call);
  const { start, end } = span(call, 15);
  const deletedRecords = [];
  const earliest = call.world.base.clock.now() - 15 * dayMs;
  for (const { id, deletedAt } of table.rows()) {
    if (deletedAt === undefined) continue;
    if (deletedAt >= start && deletedAt < end) deletedRecords.push({ id, deletedDate: dateTimeText(deletedAt) });
  }
  const body = {
    deletedRecords,
    earliestDateAvailable: dateTimeText(earliest),
    latestDateCovered: dateTimeText(covered(call, end)),
  };
  return { status: 200, body };
}

function covered({ world }: Call, end: number): number {
  return Math.min(end, world.base.clock.now());
}

/** Seconds are left aside: the replication log is kept by the minute. */
function span({ query, world }: Call, days: number): { start: number; end: number } {
  const [start, end] = [read(query.get("start")), read(query.get("end"))];
  const refused = (message: string) => refuse(400, "INVALID_REPLICATION_DATE", message);
  if (start === undefined || end === undefined)
    throw refuse(400, "INVALID_REPLICATION_DATE", "start and end are required");
  if (end - start <= 60_000) throw refused("endDate must be more than one minute after startDate");
  if (start < world.base.clock.now() - days * dayMs) throw refused(`startDate cannot be more than ${days} days ago`);
  return { start, end };
}

function read(text: string | null): number | undefined {
  // A plus sign that was not encoded arrives as a space.
  const ms = text === null ? undefined : readDateTime(text.replace(" ", "+"));
  return ms === undefined ? undefined : Math.floor(ms / 60_000) * 60_000;
}
