import type { Random, SimulatorClock } from "#simulators/kit";
import { defaults } from "./options.ts";

export type Values = Record<string, unknown>;

/** A thing with an id and times; what it says stands beside them. */
export interface Row {
  id: string;
  addedAt: number;
  updatedAt: number;
  values: Values;
}

export const tableNames = [
  ...(["contacts", "notes", "tasks", "opportunities", "appointments"] as const),
  ...(["businesses", "conversations", "messages"] as const),
];
export type TableName = (typeof tableNames)[number];

export interface CustomField {
  id: string;
  name: string;
  fieldKey: string;
  dataType: string;
  model: "contact" | "opportunity";
  picklistOptions: string[];
}

export interface Calendar {
  id: string;
  name: string;
  /** Minutes. */
  slotDuration: number;
  userIds: string[];
  /** Monday is 1; hours of the location's own zone. */
  openDays: number[];
  opensAt: number;
  closesAt: number;
}

export interface LocationOptions {
  id?: string;
  name?: string;
  timeZone?: string;
  country?: string;
  allowDuplicateContact?: boolean;
  /** In which order a contact is matched. */
  duplicateOrder?: Array<"email" | "phone">;
  users?: Array<{ id?: string; name?: string; email: string }>;
  pipelines?: Array<{ id?: string; name: string; stages: string[] }>;
  calendars?: Array<Partial<Calendar> & { name: string }>;
  workflows?: Array<{ id?: string; name: string; status?: "draft" | "published" }>;
  customFields?: Array<{
    name: string;
    dataType?: string;
    model?: "contact" | "opportunity";
    picklistOptions?: string[];
  }>;
}

export interface LocationEvent {
  type: string;
  body: Values;
}

/** One sub-account. */
export interface Location {
  id: string;
  companyId: string;
  name: string;
  timeZone: string;
  country: string;
  allowDuplicateContact: boolean;
  duplicateOrder: Array<"email" | "phone">;
  users: Array<{ id: string; name: string; email: string }>;
  pipelines: Array<{ id: string; name: string; stages: Array<{ id: string; name: string; position: number }> }>;
  calendars: Calendar[];
  workflows: Array<{ id: string; name: string; status: string }>;
  enrollments: Array<{ workflowId: string; contactId: string; at: string }>;
  customFields: CustomField[];
  tags: Map<string, string>;
  tables: Record<TableName, Map<string, Row>>;
  /** Recordings of calls, by message. */
  recordings: Map<string, Uint8Array>;
  clock: SimulatorClock;
  newId(): string;
  add(table: TableName, values: Values): Row;
  touch(row: Row): void;
  addField(field: NonNullable<LocationOptions["customFields"]>[number]): CustomField;
  emit(event: LocationEvent): void;
}

export interface LocationNeeds {
  clock: SimulatorClock;
  random: Random;
  emit(location: Location, event: LocationEvent): void;
}

export function createLocation(
  options: LocationOptions & { id: string; companyId: string },
  { clock, random, emit }: LocationNeeds,
): Location {
  const newId = () => random.token(20);
  const isFirst = options.id === defaults.locationId;
  const users = (options.users ?? [{ name: "Olivia Owner", email: "owner@example.com" }]).map((user, index) => ({
    id: user.id ?? (isFirst && index === 0 ? defaults.userId : newId()),
    name: user.name ?? user.email,
    email: user.email,
  }));
  const location: Location = {
    id: options.id,
    companyId: options.companyId,
    name: options.name ?? "Example Roofing",
    timeZone: options.timeZone ?? "America/New_York",
    country: options.country ?? "US",
    allowDuplicateContact: options.allowDuplicateContact ?? false,
    duplicateOrder: options.duplicateOrder ?? ["email", "phone"],
    users,
    pipelines: (
      options.pipelines ?? [{ name: "Sales", stages: ["New Lead", "Contacted", "Proposal Sent", "Closed"] }]
    ).map(({ id, name, stages }) => ({
      id: id ?? newId(),
      name,
      stages: stages.map((stage, position) => ({ id: newId(), name: stage, position })),
    })),
    calendars: (options.calendars ?? [{ name: "Roof inspection" }]).map((calendar, index) => ({
      id: isFirst && index === 0 ? defaults.calendarId : newId(),
      slotDuration: 60,
      userIds: users.slice(0, 1).map(({ id }) => id),
      openDays: [1, 2, 3, 4, 5],
      opensAt: 9,
      closesAt: 17,
      ...calendar,
    })),
    workflows: (options.workflows ?? [{ name: "Follow up after a call" }]).map(({ id, name, status }, index) => ({
      id: id ?? (isFirst && index === 0 ? defaults.workflowId : newId()),
      name,
      status: status ?? "published",
    })),
    enrollments: [],
    customFields: [],
    tags: new Map(),
    tables: Object.fromEntries(tableNames.map((name) => [name, new Map()])) as unknown as Location["tables"],
    recordings: new Map(),
    clock,
    newId,
    add: (table, values) => {
      const now = clock.now();
      const row = { id: newId(), addedAt: now, updatedAt: now, values };
      location.tables[table].set(row.id, row);
      return row;
    },
    touch: (row) => {
      row.updatedAt = clock.now();
    },
    addField: ({ name, dataType = "TEXT", model = "contact", picklistOptions = [] }) => {
      const key = name.toLowerCase().replace(/\W+/g, "_");
      const field = { id: newId(), name, fieldKey: `${model}.${key}`, dataType, model, picklistOptions };
      location.customFields.push(field);
      return field;
    },
    emit: (event) => emit(location, event),
  };
  for (const field of options.customFields ?? []) location.addField(field);
  return location;
}

/** `2026-02-15T14:30:00.000Z`. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
