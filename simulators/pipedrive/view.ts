import type { Company } from "./company.ts";
import type { Entity } from "./entities.ts";
import { contactSyncFields } from "./entities.ts";
import type { Field } from "./fields.ts";
import type { Row, Values } from "./table.ts";
import { toV1Time, toV2Time } from "./times.ts";

export interface ViewOptions {
  /** Only these custom fields; all when absent. */
  customFields?: readonly string[] | undefined;
  includeFields?: readonly string[];
}

/** A record of v2. */
export function viewRecord(company: Company, entity: Entity, row: Row, options: ViewOptions = {}): Values {
  const { attendees, ...values } = row.values;
  const view: Values = {
    id: row.id,
    ...values,
    add_time: toV2Time(row.addTime),
    update_time: toV2Time(row.updateTime),
    is_deleted: row.deletedAt !== undefined,
  };
  if (entity.name === "persons" && company.contactSync) {
    for (const name of contactSyncFields) view[name] ??= name === "im" ? [] : null;
  }
  if (entity.hasCustomFields) view.custom_fields = viewCustom(company.fields[entity.noun], row, options.customFields);
  for (const name of options.includeFields ?? [])
    view[name] = name === "attendees" ? attendees : extra(company, row, entity, name);
  return view;
}

function viewCustom(fields: readonly Field[], row: Row, only: readonly string[] | undefined): Values {
  const custom = fields.filter(({ is_custom_field }) => is_custom_field);
  const chosen = only ? custom.filter(({ field_code }) => only.includes(field_code)) : custom;
  return Object.fromEntries(chosen.map(({ field_code }) => [field_code, row.custom[field_code] ?? null]));
}

// Counts of linked records; what we do not count reads as nothing.
function extra(company: Company, row: Row, entity: Entity, name: string): unknown {
  const link = entity.name === "organizations" ? "org_id" : `${entity.noun}_id`;
  const linked = (table: "activities" | "deals" | "files" | "notes", test = (_values: Values) => true) =>
    company.tables[table].live().filter(({ values }) => values[link] === row.id && test(values)).length;
  switch (name) {
    case "activities_count":
      return linked("activities");
    case "done_activities_count":
      return linked("activities", ({ done }) => done === true);
    case "undone_activities_count":
      return linked("activities", ({ done }) => done === false);
    case "notes_count":
      return linked("notes");
    case "files_count":
      return linked("files");
    case "open_deals_count":
      return linked("deals", ({ status }) => status === "open");
    case "won_deals_count":
      return linked("deals", ({ status }) => status === "won");
    case "lost_deals_count":
      return linked("deals", ({ status }) => status === "lost");
    default:
      return name.endsWith("_count") ? 0 : null;
  }
}

/** `data` of a webhook: the flat form of v2, but `visible_to` as text and custom values with their type. */
export function toWebhookData(company: Company, entity: Entity, row: Row): Values {
  const data = viewRecord(company, entity, row);
  if (data.visible_to !== undefined) data.visible_to = String(data.visible_to);
  if (!entity.hasCustomFields) return data;
  const typed = company.fields[entity.noun]
    .filter(({ is_custom_field }) => is_custom_field)
    .map((field) => [field.field_code, withType(field, row.custom[field.field_code])]);
  return { ...data, custom_fields: Object.fromEntries(typed) };
}

function withType({ field_type: type }: Field, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (type === "enum") return { type, id: value };
  if (type === "set") return { type, values: (value as unknown[]).map((id) => ({ id })) };
  if (["user", "org", "people"].includes(type)) return { type, id: value };
  return typeof value === "object" ? { type, ...value } : { type, value };
}

/** A record as v1 tells of it, in the few fields that a reader of merges and recent changes needs. */
export function viewV1(company: Company, entity: Entity, row: Row): Values {
  const { values } = row;
  const base = {
    id: row.id,
    company_id: company.id,
    active_flag: row.deletedAt === undefined,
    add_time: toV1Time(row.addTime),
    update_time: toV1Time(row.updateTime),
  };
  if (entity.name === "activities") {
    const { subject, type, done, due_date, due_time, duration, deal_id, person_id, org_id, note, owner_id } = values;
    return {
      ...base,
      subject,
      type,
      done,
      due_date,
      due_time,
      duration,
      deal_id,
      person_id,
      org_id,
      note,
      user_id: owner_id,
    };
  }
  const custom = Object.fromEntries(Object.entries(row.custom));
  const visible_to = String(values.visible_to);
  if (entity.name === "deals") {
    const { title, value, currency, status, stage_id, pipeline_id, person_id, org_id, owner_id, lost_reason } = values;
    const deal = { title, value, currency, status, stage_id, pipeline_id, person_id, org_id, user_id: owner_id };
    return { ...base, ...custom, ...deal, lost_reason, visible_to, deleted: row.deletedAt !== undefined };
  }
  const { name, owner_id, label_ids } = values;
  const shared = { ...base, ...custom, name, owner_id, label_ids, visible_to };
  if (entity.name === "organizations") {
    // v1 tells the owner of an organization as an object, and that of a person as an id.
    const user = company.users.find(({ id }) => id === owner_id);
    const owner = { id: owner_id, name: user?.name, email: user?.email, has_pic: 0, pic_hash: null, active_flag: true };
    return {
      ...shared,
      owner_id: { ...owner, value: owner_id },
      address: (values.address as Values | null)?.value ?? null,
    };
  }
  const { first_name, last_name, org_id, phones, emails } = values;
  return { ...shared, first_name, last_name, org_id, phone: phones, email: emails };
}
