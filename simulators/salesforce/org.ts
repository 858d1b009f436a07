import type { Base } from "#simulators/kit";
import { type CustomFieldOptions, customField, type Value } from "./fields.ts";
import { makeId, to18 } from "./ids.ts";
import { type ObjectType, standardObjects } from "./objects.ts";
import { createTable, type Row, type Table } from "./table.ts";
import { dateTimeText } from "./values.ts";

export interface ValidationRule {
  object: string;
  field?: string;
  message: string;
  /** A record is refused when the field's text matches this; without it, when the field is empty. */
  pattern?: string;
}

export interface DuplicateRule {
  object: string;
  name?: string;
  /** A record is a duplicate when one of these has the same value; phone numbers are compared by their last ten digits. */
  fields: string[];
  /** `alert` lets the caller save all the same with a header. */
  action: "block" | "alert";
}

export interface FlowOptions {
  apiName: string;
  label?: string;
  /** Names of its input variables; any when absent. */
  inputs?: string[];
  /** It always ends in this error. */
  fails?: string;
}

export interface UserOptions {
  id?: string;
  firstName?: string;
  lastName?: string;
  email?: string;
  isActive?: boolean;
}

export interface OrgOptions {
  id?: string;
  name?: string;
  kind?: "production" | "sandbox";
  timeZone?: string;
  /** Where its REST API answers; the simulator's own address when absent. */
  instanceUrl?: string;
  dailyRequests?: number;
  users?: UserOptions[];
  queues?: string[];
  customFields?: CustomFieldOptions[];
  validationRules?: ValidationRule[];
  duplicateRules?: DuplicateRule[];
  flows?: FlowOptions[];
  stages?: Array<{ name: string; isWon?: boolean; isClosed?: boolean; probability: number; isActive?: boolean }>;
}

export interface FlowRun {
  at: string;
  flow: string;
  inputs: Record<string, unknown>;
}

export interface Org {
  readonly id: string;
  readonly name: string;
  readonly kind: "production" | "sandbox";
  instanceUrl: string | undefined;
  dailyRequests: number;
  readonly objects: Map<string, ObjectType>;
  readonly validationRules: ValidationRule[];
  readonly duplicateRules: DuplicateRule[];
  readonly flows: FlowOptions[];
  readonly flowRuns: FlowRun[];
  readonly base: Base;
  /** Objects the signed-in user may not see; to the API they do not exist. */
  readonly hidden: Set<string>;
  searchLagMs(): number;
  /** Whether this write finds its row locked by somebody else. */
  isLocked(): boolean;
  table(name: string): Table | undefined;
  /** The object that an id belongs to. */
  tableOf(id: string): Table | undefined;
  row(id: string): Row | undefined;
  nextId(type: ObjectType): string;
  addField(options: CustomFieldOptions): void;
  removeField(object: string, name: string): void;
  addUser(options: UserOptions): string;
  /** All or nothing: what `act` wrote is taken back when it answers false or throws. */
  transaction<T>(act: () => { keep: boolean; result: T }): T;
}

const stages: NonNullable<OrgOptions["stages"]> = [
  { name: "Prospecting", probability: 10 },
  { name: "Qualification", probability: 10 },
  { name: "Proposal/Price Quote", probability: 75 },
  { name: "Negotiation/Review", probability: 90 },
  { name: "Closed Won", probability: 100, isWon: true, isClosed: true },
  { name: "Closed Lost", probability: 0, isClosed: true },
];

export function createOrg(
  options: OrgOptions & { id: string },
  base: Base,
  trouble: { searchLagMs(): number; isLocked(): boolean },
): Org {
  const objects = standardObjects();
  const tables = new Map([...objects].map(([name, type]) => [name, createTable(type)]));
  const byPrefix = new Map([...tables.values()].map((table) => [table.type.keyPrefix, table]));
  const numbers = new Map<string, number>();
  let depth = 0;
  let admin: string | undefined;
  const org: Org = {
    id: to18(options.id),
    name: options.name ?? "Acme Roofing",
    kind: options.kind ?? "production",
    instanceUrl: options.instanceUrl,
    dailyRequests: options.dailyRequests ?? 100_000,
    objects,
    validationRules: [...(options.validationRules ?? [])],
    duplicateRules: [...(options.duplicateRules ?? [])],
    flows: [...(options.flows ?? [{ apiName: "After_Call", label: "After Call" }])],
    flowRuns: [],
    base,
    hidden: new Set(),
    searchLagMs: trouble.searchLagMs,
    isLocked: trouble.isLocked,
    table: (name) => (org.hidden.has(name.toLowerCase()) ? undefined : tables.get(name.toLowerCase())),
    tableOf: (id) => byPrefix.get(id.slice(0, 3)),
    row: (id) => org.tableOf(id)?.get(to18(id)),
    nextId,
    addField,
    removeField,
    addUser,
    transaction,
  };
  for (const field of options.customFields ?? defaultFields) addField(field);
  for (const user of options.users ?? [{ firstName: "Dana", lastName: "Owner", email: "dana@acme.example" }])
    addUser(user);
  admin = [...(tables.get("user")?.rows() ?? [])][0]?.id;
  for (const name of options.queues ?? [])
    keep("Group", { Name: name, DeveloperName: name.replace(/\W+/g, "_"), Type: "Queue" });
  const list = options.stages ?? stages;
  for (const [index, stage] of list.entries()) {
    keep("OpportunityStage", {
      MasterLabel: stage.name,
      ApiName: stage.name,
      IsActive: stage.isActive ?? true,
      IsWon: stage.isWon ?? false,
      IsClosed: stage.isClosed ?? false,
      SortOrder: index + 1,
      DefaultProbability: stage.probability,
    });
  }
  const stageName = objects.get("opportunity")?.fields.get("stagename");
  if (stageName) stageName.values = list.map(({ name }) => name);
  keep(
    "Organization",
    {
      Name: org.name,
      OrganizationType: "Enterprise Edition",
      IsSandbox: org.kind === "sandbox",
      TimeZoneSidKey: options.timeZone ?? "America/New_York",
    },
    org.id,
  );
  return org;

  function nextId(type: ObjectType): string {
    const number = (numbers.get(type.name) ?? 0) + 1;
    numbers.set(type.name, number);
    return makeId(type.keyPrefix, number);
  }

  /** Rows that the API itself cannot write. */
  function keep(name: string, given: Record<string, Value>, id?: string): string {
    const table = tables.get(name.toLowerCase()) as Table;
    const now = base.clock.now();
    const stamp = dateTimeText(now);
    const values: Record<string, Value> = { Id: id ?? nextId(table.type), IsDeleted: false };
    for (const field of table.type.fields.values()) values[field.name] ??= given[field.name] ?? field.default;
    for (const one of ["CreatedDate", "LastModifiedDate", "SystemModstamp"]) values[one] = stamp;
    for (const one of ["CreatedById", "LastModifiedById"]) values[one] = admin ?? (values.Id as string);
    return table.put(values.Id as string, values, now, 0).id;
  }

  function addUser({ id, firstName = "Dana", lastName = "Owner", email, isActive = true }: UserOptions): string {
    const address = email ?? `${firstName}.${lastName}@acme.example`.toLowerCase();
    return keep(
      "User",
      {
        Username: address,
        FirstName: firstName,
        LastName: lastName,
        Name: `${firstName} ${lastName}`,
        Email: address,
        IsActive: isActive,
        UserType: "Standard",
        TimeZoneSidKey: options.timeZone ?? "America/New_York",
      },
      id === undefined ? undefined : to18(id),
    );
  }

  function addField(given: CustomFieldOptions): void {
    for (const object of objectsOf(given.object)) {
      const field = customField(given);
      object.fields.set(field.name.toLowerCase(), field);
      for (const row of tables.get(object.name.toLowerCase())?.rows() ?? []) row.values[field.name] ??= field.default;
    }
  }

  function removeField(object: string, name: string): void {
    for (const type of objectsOf(object)) type.fields.delete(name.toLowerCase());
  }

  function objectsOf(name: string): ObjectType[] {
    const names = name === "Activity" ? ["task", "event"] : [name.toLowerCase()];
    return names.map((one) => {
      const type = objects.get(one);
      if (!type) throw new Error(`The org has no object ${name}`);
      return type;
    });
  }

  function transaction<T>(act: () => { keep: boolean; result: T }): T {
    // A collection inside a composite request belongs to the composite's own transaction.
    if (depth > 0) return act().result;
    depth++;
    let keepIt = false;
    for (const table of tables.values()) table.begin();
    try {
      const { keep, result } = act();
      keepIt = keep;
      return result;
    } finally {
      depth--;
      for (const table of tables.values()) table.end(keepIt);
    }
  }
}

/** What an administrator has added to the org that exists when nothing is asked for. */
export const defaultFields: readonly CustomFieldOptions[] = [
  { object: "Activity", name: "Call_Id__c", unique: true, externalId: true },
  { object: "Activity", name: "Recording_URL__c", type: "url" },
  { object: "Contact", name: "External_Id__c", externalId: true },
  { object: "Lead", name: "External_Id__c", externalId: true },
  { object: "Opportunity", name: "External_Id__c", unique: true, externalId: true },
];
