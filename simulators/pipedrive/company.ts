import type { Random, SimulatorClock } from "#simulators/kit";
import { customField, defaultFields, type Field, type FieldOwner, fieldOwners } from "./fields.ts";
import type { Plan } from "./limits.ts";
import { defaults } from "./options.ts";
import { createTable, type Row, type Table, type Values } from "./table.ts";

export const tableNames = [
  ...(["persons", "organizations", "deals", "activities", "notes"] as const),
  ...(["leads", "callLogs", "files", "pipelines", "stages"] as const),
];
export type TableName = (typeof tableNames)[number];

export interface User {
  id: number;
  name: string;
  email: string;
  isAdmin: boolean;
  isActive: boolean;
}

export interface CompanyOptions {
  id?: number;
  name?: string;
  domain?: string;
  country?: string;
  currency?: string;
  timeZone?: string;
  /** Decides the limits. */
  plan?: Plan;
  seats?: number;
  /** Tokens bought on top of the daily budget. */
  extraBudget?: number;
  /** Without it `job_title`, `notes`, `birthday`, `im` and `postal_address` of persons are refused. */
  contactSync?: boolean;
  /** Open deals the plan allows. */
  dealsLimit?: number;
  users?: Array<{ id?: number; name?: string; email: string; isAdmin?: boolean; isActive?: boolean }>;
  pipelines?: Array<{ name: string; stages: string[] }>;
  customFields?: Array<{ owner: FieldOwner; name: string; type: string; options?: string[] }>;
}

/** Something that happened and that a webhook may be told of. */
export interface CompanyEvent {
  action: "create" | "change" | "delete";
  /** `person`, `deal` … */
  entity: string;
  entityId: number | string;
  data: Values | null;
  previous: Values | null;
  userId: number;
  source: "api" | "app";
  mergedTo?: number;
  mergedFrom?: number;
}

export interface ActivityType {
  id: number;
  name: string;
  key_string: string;
  icon_key: string;
  isActive: boolean;
}

/** One Pipedrive account. */
export interface Company {
  id: number;
  name: string;
  domain: string;
  country: string;
  currency: string;
  timeZone: string;
  plan: Plan;
  seats: number;
  extraBudget: number;
  contactSync: boolean;
  dealsLimit: number;
  startedAt: number;
  users: User[];
  activityTypes: ActivityType[];
  fields: Record<FieldOwner, Field[]>;
  tables: Record<TableName, Table>;
  /** The bytes of files and recordings, by the id of their row. */
  bytes: Map<string, Uint8Array>;
  clock: SimulatorClock;
  addField(owner: FieldOwner, field: { name: string; type: string; options?: readonly string[] | undefined }): Field;
  nextOptionId(): number;
  emit(event: CompanyEvent): void;
}

export interface CompanyNeeds {
  clock: SimulatorClock;
  random: Random;
  emit(company: Company, event: CompanyEvent): void;
}

const defaultUsers: NonNullable<CompanyOptions["users"]> = [
  { name: "Olivia Owner", email: "owner@example.com", isAdmin: true },
  { name: "Sam Seller", email: "sam@example.com" },
];
const defaultPipelines: NonNullable<CompanyOptions["pipelines"]> = [
  {
    name: "Pipeline",
    stages: ["Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Negotiations Started"],
  },
];

export function createCompany(options: CompanyOptions & { id: number }, needs: CompanyNeeds): Company {
  const { clock, random } = needs;
  let lastOptionId = 20;
  const nextOptionId = () => ++lastOptionId;
  const company: Company = {
    id: options.id,
    name: options.name ?? "Example Roofing",
    domain: options.domain ?? `example-roofing-${options.id}`,
    country: options.country ?? "US",
    currency: options.currency ?? "USD",
    timeZone: options.timeZone ?? "America/New_York",
    plan: options.plan ?? "growth",
    seats: options.seats ?? 5,
    extraBudget: options.extraBudget ?? 0,
    contactSync: options.contactSync ?? false,
    dealsLimit: options.dealsLimit ?? Number.POSITIVE_INFINITY,
    startedAt: clock.now(),
    users: (options.users ?? defaultUsers).map(({ id, name, email, isAdmin = false, isActive = true }, index) => ({
      id: id ?? defaults.userId + index,
      name: name ?? email,
      email,
      isAdmin,
      isActive,
    })),
    activityTypes: ["call", "meeting", "task", "deadline", "email", "lunch"].map((key, index) => ({
      id: index + 1,
      name: `${key[0]?.toUpperCase()}${key.slice(1)}`,
      key_string: key,
      icon_key: key,
      isActive: true,
    })),
    fields: Object.fromEntries(fieldOwners.map((owner) => [owner, defaultFields(owner)])) as Company["fields"],
    tables: createTables(needs),
    bytes: new Map(),
    clock,
    nextOptionId,
    addField: (owner, field) => {
      const made = customField(field, { random, nextOptionId });
      company.fields[owner].push(made);
      return made;
    },
    emit: (event) => needs.emit(company, event),
  };
  for (const { name, stages } of options.pipelines ?? defaultPipelines) {
    const pipeline = company.tables.pipelines.add({ name, is_deal_probability_enabled: true });
    for (const stage of stages) addStage(company, pipeline.id as number, { name: stage });
  }
  for (const { owner, ...field } of options.customFields ?? []) company.addField(owner, field);
  return company;
}

export function addStage(company: Company, pipelineId: number, values: Values): Row {
  return company.tables.stages.add({
    deal_probability: 100,
    is_deal_rot_enabled: false,
    days_to_rotten: null,
    ...values,
    pipeline_id: pipelineId,
  });
}

export function stagesOf(company: Company, pipelineId: unknown): Row[] {
  return company.tables.stages.live().filter(({ values }) => values.pipeline_id === pipelineId);
}

function createTables({ clock, random }: CompanyNeeds): Record<TableName, Table> {
  const makeId: Partial<Record<TableName, () => string>> = {
    leads: () => random.uuid(),
    callLogs: () => random.uuid().replaceAll("-", ""),
  };
  const entries = tableNames.map((name) => {
    let last = 0;
    return [name, createTable({ clock, nextId: makeId[name] ?? (() => ++last) })] as const;
  });
  return Object.fromEntries(entries) as Record<TableName, Table>;
}
