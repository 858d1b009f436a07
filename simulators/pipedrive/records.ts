import type { Company } from "./company.ts";
import type { Entity } from "./entities.ts";
import { invalid, type Problem } from "./errors.ts";
import { checkCustom } from "./fields.ts";
import type { Row, Values } from "./table.ts";
import { readV2Time } from "./times.ts";
import { toWebhookData, viewRecord } from "./view.ts";

/** On whose behalf something is written, and from where. */
export interface Author {
  userId: number;
  source: "api" | "app";
}

export function createRecord(company: Company, entity: Entity, body: Values, author: Author): Row {
  const { values, custom } = check(company, entity, body, undefined, author);
  const row = company.tables[entity.name].add(values, custom, readV2Time(body.add_time));
  const data = toWebhookData(company, entity, row);
  const { noun } = entity;
  company.emit({ action: "create", entity: noun, entityId: row.id, data, previous: null, ...author });
  return row;
}

export function updateRecord(company: Company, entity: Entity, row: Row, body: Values, author: Author): Row {
  const before = toWebhookData(company, entity, row);
  const { values, custom } = check(company, entity, body, row, author);
  row.values = values;
  row.custom = { ...row.custom, ...custom };
  company.tables[entity.name].touch(row);
  if (body.is_deleted === true) {
    removeRecord(company, entity, row, author);
    return row;
  }
  const data = toWebhookData(company, entity, row);
  const changed = Object.entries(before).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(data[name]),
  );
  // What only the clock moved is no change.
  if (changed.some(([name]) => name !== "update_time")) {
    const previous = Object.fromEntries(changed);
    company.emit({ action: "change", entity: entity.noun, entityId: row.id, data, previous, ...author });
  }
  return row;
}

export function removeRecord(
  company: Company,
  entity: Entity,
  row: Row,
  author: Author,
  merged: { mergedTo?: number } = {},
): void {
  const previous = toWebhookData(company, entity, row);
  company.tables[entity.name].remove(row);
  company.emit({ action: "delete", entity: entity.noun, entityId: row.id, data: null, previous, ...author, ...merged });
}

function check(company: Company, entity: Entity, body: Values, before: Row | undefined, author: Author) {
  const problems: Problem[] = [];
  const { custom_fields, ...given } = body;
  if (!before && entity.required !== "" && given[entity.required] === undefined) {
    problems.push({ fieldCode: entity.required, message: "is required" });
  }
  for (const [name, value] of Object.entries(given)) {
    const message = (entity.checks[name] ?? (() => "is not a known field"))(value, company);
    if (message) problems.push({ fieldCode: name, message });
  }
  if (custom_fields !== undefined && !entity.hasCustomFields) {
    problems.push({ fieldCode: "custom_fields", message: "is not a known field" });
  }
  const custom = checkCustom(company.fields[entity.noun], custom_fields, problems);
  if (problems.length > 0) throw invalid(problems);
  const { add_time: _ownColumn, is_deleted: _state, ...kept } = given;
  const values = { ...(before?.values ?? entity.defaults(company, author.userId)), ...kept };
  entity.settle(values, { company, given, before, problems });
  if (problems.length > 0) throw invalid(problems);
  return { values, custom };
}

/** Makes everything that points to `from` point to `to`, as a merge does. */
export function moveLinks(company: Company, link: "person_id" | "org_id" | "deal_id", from: number, to: number): void {
  const { persons, deals, activities, notes, leads, callLogs, files } = company.tables;
  for (const table of [persons, deals, activities, notes, leads, callLogs, files]) {
    for (const row of table.live()) {
      if (row.values[link] === from) row.values[link] = to;
      const listed = row.values.participants;
      if (link !== "person_id" || !Array.isArray(listed)) continue;
      row.values.participants = listed.map((one) => (one.person_id === from ? { ...one, person_id: to } : one));
    }
  }
}

/** A record as tests and the state page look at it. */
export function readRecord(company: Company, entity: Entity, row: Row): Values {
  return viewRecord(company, entity, row, { includeFields: ["attendees"] });
}
