import { refuse } from "./errors.ts";
import type { Value } from "./fields.ts";
import type { Org } from "./org.ts";
import type { Row } from "./table.ts";
import { dateTimeText, readDateTime } from "./values.ts";

type Values = Record<string, Value>;

/** What an object works out of its own fields, and the demands that are about several fields at once. */
export function derive(org: Org, object: string, values: Values, written: Values, row: Row | undefined): void {
  if (object === "Contact" || object === "Lead") {
    values.Name = [values.FirstName, values.LastName].filter(Boolean).join(" ");
  }
  if (object === "Opportunity") deriveOpportunity(org, values, written);
  if (object === "Task" || object === "Event") deriveActivity(org, values);
  if (object === "Task") deriveTask(org, values, row);
  if (object === "Event") deriveEvent(values, written);
}

function deriveOpportunity(org: Org, values: Values, written: Values): void {
  if (written.StageName === undefined) return;
  const stage = [...(org.table("OpportunityStage")?.rows() ?? [])].find(
    (one) => one.values.ApiName === values.StageName,
  );
  // Stages are not restricted: an unknown one is kept and counts as open.
  values.IsWon = stage?.values.IsWon ?? false;
  values.IsClosed = stage?.values.IsClosed ?? false;
  if (written.Probability === undefined) values.Probability = stage?.values.DefaultProbability ?? 0;
}

function deriveActivity(org: Org, values: Values): void {
  const who = typeof values.WhoId === "string" ? values.WhoId : "";
  if (who.startsWith("00Q") && values.WhatId !== null) {
    throw refuse(400, "FIELD_INTEGRITY_EXCEPTION", "Related To ID: a lead cannot be related to another record", [
      "WhatId",
    ]);
  }
  const what = typeof values.WhatId === "string" ? values.WhatId : "";
  const related = org.row(what) ?? org.row(who);
  values.AccountId = what.startsWith("001") ? what : (related?.values.AccountId ?? null);
}

function deriveTask(org: Org, values: Values, row: Row | undefined): void {
  values.IsClosed = values.Status === "Completed";
  const wasClosed = row?.values.IsClosed === true;
  if (!values.IsClosed) values.CompletedDateTime = null;
  else if (!wasClosed) values.CompletedDateTime = dateTimeText(org.base.clock.now());
}

function deriveEvent(values: Values, written: Values): void {
  const start = readInstant(values.StartDateTime);
  const asksForMinutes = typeof written.DurationInMinutes === "number" && written.EndDateTime === undefined;
  if (start !== undefined && asksForMinutes) {
    values.EndDateTime = dateTimeText(start + (written.DurationInMinutes as number) * 60_000);
  }
  const end = readInstant(values.EndDateTime);
  if (start === undefined || end === undefined) {
    const missing = start === undefined ? "StartDateTime" : "EndDateTime";
    throw refuse(400, "REQUIRED_FIELD_MISSING", `Required fields are missing: [${missing}]`, [missing]);
  }
  if (end < start) {
    throw refuse(400, "FIELD_INTEGRITY_EXCEPTION", "End: an event cannot end before it starts", ["EndDateTime"]);
  }
  if (end - start > 14 * 86_400_000) {
    throw refuse(400, "FIELD_INTEGRITY_EXCEPTION", "Event duration cannot be longer than 14 days", [
      "DurationInMinutes",
    ]);
  }
  values.DurationInMinutes = Math.round((end - start) / 60_000);
  values.ActivityDate = String(values.StartDateTime).slice(0, 10);
}

function readInstant(value: Value | undefined): number | undefined {
  return typeof value === "string" ? readDateTime(value) : undefined;
}
