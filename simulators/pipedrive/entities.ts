import * as checks from "./checks.ts";
import type { Company, TableName } from "./company.ts";
import { stagesOf } from "./company.ts";
import { PipedriveError, type Problem } from "./errors.ts";
import type { FieldOwner } from "./fields.ts";
import type { Row, Values } from "./table.ts";
import { toV2Time } from "./times.ts";

export type EntityName = "persons" | "organizations" | "deals" | "activities";

/** How one kind of record of v2 is written. */
export interface Entity {
  name: EntityName & TableName;
  noun: FieldOwner;
  required: string;
  hasCustomFields: boolean;
  checks: Record<string, checks.Check>;
  defaults(company: Company, userId: number): Values;
  /** Fills in what follows from other values, and refuses what does not fit together. */
  settle(
    values: Values,
    context: { company: Company; given: Values; before: Row | undefined; problems: Problem[] },
  ): void;
}

const { integer, nullable, reference, text } = checks;
const visibleTo = checks.oneOf([1, 3, 5, 7]);
const labelIds = checks.listOf(integer);
export const contactSyncFields = ["job_title", "notes", "birthday", "im", "postal_address"] as const;

const persons: Entity = {
  name: "persons",
  noun: "person",
  required: "name",
  hasCustomFields: true,
  checks: {
    name: checks.filled,
    owner_id: checks.user,
    org_id: nullable(reference("organizations")),
    add_time: checks.instant,
    emails: checks.contactPoints,
    phones: checks.contactPoints,
    visible_to: visibleTo,
    label_ids: labelIds,
    postal_address: nullable(checks.object),
    notes: nullable(text),
    im: checks.contactPoints,
    birthday: nullable(checks.date),
    job_title: nullable(text),
    marketing_status: checks.oneOf(["no_consent", "unsubscribed", "subscribed", "archived"]),
  },
  defaults: (_company, userId) => ({
    name: "",
    first_name: "",
    last_name: null,
    owner_id: userId,
    org_id: null,
    emails: [],
    phones: [],
    visible_to: 3,
    label_ids: [],
    picture_id: null,
  }),
  settle(values, { company, given }) {
    const asked = contactSyncFields.find((name) => given[name] !== undefined);
    if (asked && !company.contactSync) {
      throw new PipedriveError(403, `The field ${asked} needs contact sync, which is not on for this company`);
    }
    if (given.name !== undefined) {
      const [first = "", ...rest] = String(given.name).trim().split(/\s+/);
      values.first_name = first;
      values.last_name = rest.length > 0 ? rest.join(" ") : null;
    }
    for (const name of ["emails", "phones"]) if (given[name] !== undefined) values[name] = withPrimary(given[name]);
  },
};

const organizations: Entity = {
  name: "organizations",
  noun: "organization",
  required: "name",
  hasCustomFields: true,
  checks: {
    name: checks.filled,
    owner_id: checks.user,
    add_time: checks.instant,
    visible_to: visibleTo,
    label_ids: labelIds,
    address: nullable(checks.object),
    website: nullable(text),
    linkedin: nullable(text),
    industry: nullable(integer),
    annual_revenue: nullable(integer),
    employee_count: nullable(integer),
  },
  defaults: (_company, userId) => ({
    name: "",
    owner_id: userId,
    visible_to: 3,
    address: null,
    label_ids: [],
    website: null,
    linkedin: null,
    industry: null,
    annual_revenue: null,
    employee_count: null,
  }),
  settle: () => undefined,
};

const deals: Entity = {
  name: "deals",
  noun: "deal",
  required: "title",
  hasCustomFields: true,
  checks: {
    title: checks.filled,
    owner_id: checks.user,
    person_id: nullable(reference("persons")),
    org_id: nullable(reference("organizations")),
    pipeline_id: reference("pipelines"),
    stage_id: reference("stages"),
    value: nullable(checks.number),
    currency: (value) => (/^[A-Z]{3}$/.test(String(value)) ? undefined : "must be a currency"),
    is_deleted: checks.boolean,
    is_archived: checks.boolean,
    archive_time: nullable(checks.instant),
    status: checks.oneOf(["open", "won", "lost"]),
    probability: nullable(checks.number),
    lost_reason: nullable(text),
    visible_to: visibleTo,
    close_time: nullable(checks.instant),
    won_time: nullable(checks.instant),
    lost_time: nullable(checks.instant),
    expected_close_date: nullable(checks.date),
    label_ids: labelIds,
  },
  defaults: (company, userId) => ({
    title: "",
    creator_user_id: userId,
    owner_id: userId,
    person_id: null,
    org_id: null,
    pipeline_id: company.tables.pipelines.live()[0]?.id,
    stage_id: null,
    value: 0,
    currency: company.currency,
    stage_change_time: null,
    is_archived: false,
    archive_time: null,
    status: "open",
    probability: null,
    lost_reason: null,
    visible_to: 3,
    close_time: null,
    won_time: null,
    lost_time: null,
    expected_close_date: null,
    label_ids: [],
    origin: "API",
    origin_id: null,
    channel: null,
    channel_id: null,
    source_lead_id: null,
    arr: null,
    mrr: null,
    acv: null,
  }),
  settle(values, { company, given, before, problems }) {
    const now = toV2Time(company.clock.now());
    const isLimited = !before && company.dealsLimit < Number.POSITIVE_INFINITY;
    if (isLimited && openDeals(company) >= company.dealsLimit) {
      throw new PipedriveError(403, "The plan's limit of open deals is reached", {
        code: "feature_capping_deals_limit",
      });
    }
    const stage = given.stage_id === undefined ? undefined : company.tables.stages.get(given.stage_id as number);
    if (stage && given.pipeline_id === undefined) values.pipeline_id = stage.values.pipeline_id;
    if (stage && stage.values.pipeline_id !== values.pipeline_id) {
      problems.push({ fieldCode: "stage_id", message: "belongs to another pipeline" });
    }
    const needsStage = !before || (given.pipeline_id !== undefined && given.pipeline_id !== before.values.pipeline_id);
    if (!stage && needsStage) values.stage_id = stagesOf(company, values.pipeline_id)[0]?.id ?? null;
    if (before && before.values.stage_id !== values.stage_id) values.stage_change_time = now;
    if (values.status === before?.values.status) return;
    values.won_time = values.status === "won" ? (given.won_time ?? now) : null;
    values.lost_time = values.status === "lost" ? (given.lost_time ?? now) : null;
    values.close_time = values.status === "open" ? null : (given.close_time ?? values.won_time ?? values.lost_time);
    if (values.status !== "lost") values.lost_reason = null;
  },
};

const activities: Entity = {
  name: "activities",
  noun: "activity",
  required: "",
  hasCustomFields: false,
  checks: {
    subject: text,
    type: (value, { activityTypes }) =>
      activityTypes.some(({ key_string, isActive }) => isActive && key_string === value)
        ? undefined
        : `${value} is not an activity type`,
    owner_id: checks.user,
    deal_id: nullable(reference("deals")),
    lead_id: nullable(reference("leads")),
    person_id: () => "is read-only: set it through participants",
    org_id: nullable(reference("organizations")),
    project_id: nullable(integer),
    due_date: nullable(checks.date),
    due_time: nullable(checks.time),
    duration: nullable(checks.duration),
    busy: checks.boolean,
    done: checks.boolean,
    location: nullable(checks.object),
    participants: nullable(checks.participants),
    attendees: nullable(checks.listOf(checks.object)),
    public_description: nullable(text),
    priority: nullable(integer),
    note: nullable(text),
  },
  defaults: (_company, userId) => ({
    subject: null,
    type: "call",
    owner_id: userId,
    creator_user_id: userId,
    deal_id: null,
    lead_id: null,
    person_id: null,
    org_id: null,
    project_id: null,
    due_date: null,
    due_time: null,
    duration: null,
    busy: false,
    done: false,
    marked_as_done_time: null,
    location: null,
    participants: [],
    attendees: [],
    conference_meeting_client: null,
    conference_meeting_url: null,
    conference_meeting_id: null,
    public_description: null,
    priority: null,
    note: null,
  }),
  settle(values, { company, given, before }) {
    values.subject ??= company.activityTypes.find(({ key_string }) => key_string === values.type)?.name ?? "";
    for (const name of ["due_time", "duration"]) {
      if (typeof given[name] === "string" && given[name].length === 5) values[name] = `${given[name]}:00`;
    }
    if (given.participants !== undefined) {
      values.participants = withPrimary(given.participants ?? []);
      const primary = (values.participants as Values[]).find((one) => one.primary);
      values.person_id = primary?.person_id ?? null;
    }
    if (values.done && !before?.values.done) values.marked_as_done_time = toV2Time(company.clock.now());
    if (!values.done) values.marked_as_done_time = null;
  },
};

function openDeals(company: Company): number {
  return company.tables.deals.live().filter(({ values }) => values.status === "open").length;
}

// One of a list is the primary one; the first, when nobody said which.
function withPrimary(given: unknown): Values[] {
  const items = (given as Values[]).map((item) => ({ ...item, primary: item.primary === true }) as Values);
  if (items.length > 0 && !items.some(({ primary }) => primary)) (items[0] as Values).primary = true;
  return items.map((item) => ("value" in item ? { label: "", ...item } : item));
}

export const entities: Record<EntityName, Entity> = { persons, organizations, deals, activities };
