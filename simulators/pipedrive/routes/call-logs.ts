import { type Call, ok, type Routes, readBody } from "../api.ts";
import { type Check, nullable, oneOf, reference, text, user } from "../checks.ts";
import type { Company } from "../company.ts";
import { entities } from "../entities.ts";
import { badParameter, gone, invalid, notFound, PipedriveError } from "../errors.ts";
import { pageV1 } from "../paging.ts";
import { createRecord, updateRecord } from "../records.ts";
import type { Row, Values } from "../table.ts";
import { readV1Time } from "../times.ts";
import { readUpload } from "../uploads.ts";

const scopes = ["phone-integration"];
const instant: Check = (value) =>
  readV1Time(value) === undefined ? "must be a time as YYYY-MM-DD HH:MM:SS" : undefined;
const required = ["outcome", "to_phone_number", "start_time", "end_time"];
const fields: Record<string, Check> = {
  outcome: oneOf(["connected", "no_answer", "left_message", "left_voicemail", "wrong_number", "busy"]),
  to_phone_number: text,
  from_phone_number: nullable(text),
  start_time: instant,
  end_time: instant,
  duration: (value) => (value === null || /^\d+$/.test(String(value)) ? undefined : "must be a number of seconds"),
  subject: nullable(text),
  note: nullable(text),
  user_id: user,
  activity_id: nullable(reference("activities")),
  person_id: nullable(reference("persons")),
  org_id: nullable(reference("organizations")),
  deal_id: nullable(reference("deals")),
  lead_id: nullable(reference("leads")),
};

/** Call logs: each stands for an activity, and may have one recording. */
export const callLogRoutes: Routes = (add) => {
  add("POST", "/v1/callLogs", { cost: 10, scopes, handle: create });
  add("GET", "/v1/callLogs", { cost: 20, scopes, handle: list });
  add("GET", "/v1/callLogs/:id", { cost: 2, scopes, handle: (call) => ok(view(call.company, find(call))) });
  add("DELETE", "/v1/callLogs/:id", { cost: 6, scopes, handle: remove });
  add("POST", "/v1/callLogs/:id/recordings", { cost: 10, scopes, handle: upload });
};

function create(call: Call) {
  const { company, author } = call;
  const body = readBody(call);
  const problems = required
    .filter((name) => body[name] === undefined)
    .map((fieldCode) => ({ fieldCode, message: "is required" }));
  for (const [fieldCode, value] of Object.entries(body)) {
    const message = fields[fieldCode]?.(value, company);
    if (message) problems.push({ fieldCode, message });
  }
  if (problems.length > 0) throw invalid(problems);
  if (body.deal_id && body.lead_id) throw badParameter("lead_id", "a call is of a deal or of a lead, not of both");
  const [start = 0, end = 0] = [readV1Time(body.start_time), readV1Time(body.end_time)];
  if (end < start) throw badParameter("end_time", "is before start_time");
  const activity = activityOf(company, body, start, call);
  const { person_id, org_id, deal_id, lead_id, subject } = activity.values;
  const row = company.tables.callLogs.add({
    user_id: body.user_id ?? author.userId,
    activity_id: activity.id,
    ...{ subject, person_id, org_id, deal_id, lead_id },
    duration: String(body.duration ?? Math.round((end - start) / 1_000)),
    outcome: body.outcome,
    from_phone_number: body.from_phone_number ?? null,
    to_phone_number: body.to_phone_number,
    start_time: new Date(start).toISOString(),
    end_time: new Date(end).toISOString(),
    note: body.note ?? null,
  });
  return ok(view(company, row));
}

// A call log is an activity of the calendar: the one that was named, or a new one that is done.
function activityOf(company: Company, body: Values, start: number, { author }: Call): Row {
  const named = company.tables.activities.get(Number(body.activity_id ?? 0));
  if (named) return updateRecord(company, entities.activities, named, { done: true }, author);
  const at = new Date(start).toISOString();
  const given: Values = {
    subject: body.subject ?? "Call",
    type: "call",
    done: true,
    due_date: at.slice(0, 10),
    due_time: at.slice(11, 16),
    owner_id: body.user_id ?? author.userId,
    note: body.note ?? null,
    participants: body.person_id ? [{ person_id: body.person_id, primary: true }] : [],
  };
  for (const name of ["org_id", "deal_id", "lead_id"]) if (body[name]) given[name] = body[name];
  return createRecord(company, entities.activities, given, author);
}

function find({ company, params }: Call): Row {
  const row = company.tables.callLogs.get(params.id ?? "");
  if (!row) throw notFound("Call log");
  return row;
}

function list({ company, author, query }: Call) {
  const mine = company.tables.callLogs.live().filter(({ values }) => values.user_id === author.userId);
  const { items, additional } = pageV1(mine, query, 50);
  return ok(
    items.map((row) => view(company, row)),
    additional,
  );
}

function remove(call: Call) {
  const row = find(call);
  if (row.deletedAt !== undefined) throw gone("Call log");
  if (row.values.user_id !== call.author.userId) throw new PipedriveError(403, "This call log is of another user");
  call.company.tables.callLogs.remove(row);
  return { status: 200, body: { success: true } };
}

async function upload(call: Call) {
  const row = find(call);
  if (row.deletedAt !== undefined) throw notFound("Call log");
  if (call.company.bytes.has(`recording:${row.id}`))
    throw new PipedriveError(409, "The call log has a recording already");
  const { bytes } = await readUpload(call.exchange);
  call.company.bytes.set(`recording:${row.id}`, bytes);
  return { status: 200, body: { success: true } };
}

function view(company: Company, row: Row): Values {
  return { id: row.id, ...row.values, has_recording: company.bytes.has(`recording:${row.id}`), company_id: company.id };
}
