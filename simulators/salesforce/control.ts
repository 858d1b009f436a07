import type { Control, IssuedTokens } from "#simulators/kit";
import type { CustomFieldOptions, Value } from "./fields.ts";
import { to18 } from "./ids.ts";
import type { AppOptions } from "./options.ts";
import type { DuplicateRule, FlowOptions, FlowRun, Org, OrgOptions, UserOptions, ValidationRule } from "./org.ts";
import { insert, remove, undelete, update } from "./save.ts";
import type { Table } from "./table.ts";
import type { World } from "./world.ts";

export interface StoredRecord {
  id: string;
  values: Record<string, Value>;
  deleted: boolean;
}

/** A look inside one org, past limits and index lag. Writes made here count as made by a person. */
export interface OrgControl {
  readonly id: string;
  /** Rows by object name, or how many: `{ Contact: 500, Lead: [{ LastName: "Roe", Company: "Roe" }] }`. */
  seed(rows: Record<string, number | Array<Record<string, unknown>>>): Record<string, string[]>;
  create(object: string, fields: Record<string, unknown>): StoredRecord;
  edit(object: string, id: string, fields: Record<string, unknown>): StoredRecord;
  remove(object: string, id: string): void;
  undelete(object: string, id: string): void;
  get(object: string, id: string): StoredRecord | undefined;
  list(object: string): StoredRecord[];
  findBy(object: string, field: string, value: Value): StoredRecord[];
  count(object: string): number;
  /** Values of a field that more than one record has. */
  repeated(object: string, field: string): Array<{ value: string; ids: string[] }>;
  users(): StoredRecord[];
  addUser(user: UserOptions): string;
  deactivateUser(id: string): void;
  addCustomField(field: CustomFieldOptions): void;
  removeCustomField(object: string, name: string): void;
  addValidationRule(rule: ValidationRule): void;
  addDuplicateRule(rule: DuplicateRule): void;
  clearRules(): void;
  addFlow(flow: FlowOptions): void;
  flowRuns(): FlowRun[];
  /** Takes an object away from the signed-in user: to the API it does not exist. */
  hide(object: string, hidden?: boolean): void;
  dailyRequests(max: number): void;
  /** Moves the org to another address; refreshes name it from now on. */
  migrate(instanceUrl: string): void;
}

export interface SalesforceControl extends Control {
  /** The first org; or by id. */
  org(id?: string): OrgControl;
  addOrg(options?: OrgOptions): OrgControl;
  addApp(app: AppOptions): void;
  /** Tokens without the browser. */
  connect(which?: { clientId?: string; orgId?: string; scopes?: string[] }): IssuedTokens & { instanceUrl: string };
  /** Ends approvals; all when nothing is named. */
  revoke(which?: { clientId?: string; orgId?: string }): number;
  expireAccessTokens(which?: { clientId?: string; orgId?: string }): number;
  refreshTokens(kind: "reusable" | "single-use"): void;
  limits(mode: "documented" | "off"): void;
  searchIndexLag(ms: number): void;
  /** So many of the next writes end in UNABLE_TO_LOCK_ROW, in collections inside the 200. */
  lockRows(count: number): void;
}

export function createControl(shared: Control, world: World): SalesforceControl {
  const matches =
    ({ clientId, orgId }: { clientId?: string; orgId?: string } = {}) =>
    (grant: { clientId: string; accountId: string }) =>
      (clientId === undefined || grant.clientId === clientId) &&
      (orgId === undefined || grant.accountId === to18(orgId));
  return {
    ...shared,
    org: (id) => orgControl(world, world.org(id)),
    addOrg: (options = {}) => orgControl(world, world.addOrg(options)),
    addApp: world.addApp,
    connect: (which = {}) => {
      const tokens = world.connect(which);
      return { ...tokens, instanceUrl: world.org(tokens.grant.accountId).instanceUrl ?? world.base.url() };
    },
    revoke: (which) => world.oauth.revokeGrants(matches(which)),
    expireAccessTokens: (which) => world.oauth.expireAccessTokens(matches(which)),
    refreshTokens: (kind) => {
      world.settings.refreshTokens = kind;
    },
    limits: (mode) => {
      world.limits = mode;
    },
    searchIndexLag: (ms) => {
      world.searchIndexLagMs = ms;
    },
    lockRows: (count) => {
      world.lockedWrites = count;
    },
  };
}

function orgControl(world: World, org: Org): OrgControl {
  const person = { userId: world.userOf(org), allowDuplicates: true };
  return {
    id: org.id,
    seed,
    create,
    edit: (object, id, fields) => stored(update(org, tableOf(object), rowOf(object, id), fields, person)),
    remove: (object, id) => remove(org, tableOf(object), rowOf(object, id), person),
    undelete: (object, id) => undelete(org, tableOf(object), rowOf(object, id), person),
    get: (object, id) => {
      const row = tableOf(object).get(to18(id));
      return row && stored(row);
    },
    list: (object) => live(tableOf(object)).map(stored),
    findBy: (object, field, value) => tableOf(object).find(field, value).map(stored),
    count: (object) => tableOf(object).count(),
    repeated,
    users: () => live(tableOf("User")).map(stored),
    addUser: org.addUser,
    deactivateUser: (id) => {
      const row = rowOf("User", id);
      tableOf("User").put(row.id, { ...row.values, IsActive: false }, world.base.clock.now(), 0);
      world.oauth.revokeGrants(({ userId }) => userId === row.id);
    },
    addCustomField: org.addField,
    removeCustomField: org.removeField,
    addValidationRule: (rule) => void org.validationRules.push(rule),
    addDuplicateRule: (rule) => void org.duplicateRules.push(rule),
    clearRules: () => {
      org.validationRules.length = 0;
      org.duplicateRules.length = 0;
    },
    addFlow: (flow) => void org.flows.push(flow),
    flowRuns: () => [...org.flowRuns],
    hide: (object, hidden = true) =>
      void (hidden ? org.hidden.add(object.toLowerCase()) : org.hidden.delete(object.toLowerCase())),
    dailyRequests: (max) => {
      org.dailyRequests = max;
    },
    migrate: (instanceUrl) => {
      org.instanceUrl = instanceUrl;
    },
  };

  function seed(rows: Record<string, number | Array<Record<string, unknown>>>): Record<string, string[]> {
    return Object.fromEntries(
      Object.entries(rows).map(([object, given]) => {
        const list =
          typeof given === "number" ? Array.from({ length: given }, () => invent(world, org, object)) : given;
        return [object, list.map((fields) => create(object, fields).id)];
      }),
    );
  }

  function create(object: string, fields: Record<string, unknown>): StoredRecord {
    return stored(insert(org, tableOf(object), fields, person));
  }

  function repeated(object: string, field: string) {
    const held = new Map<string, string[]>();
    for (const { id, values } of live(tableOf(object))) {
      const value = values[field];
      if (value !== null && value !== undefined) held.set(String(value), [...(held.get(String(value)) ?? []), id]);
    }
    return [...held].filter(([, ids]) => ids.length > 1).map(([value, ids]) => ({ value, ids }));
  }

  function tableOf(object: string): Table {
    const table = org.table(object);
    if (!table) throw new Error(`The org has no object ${object}`);
    return table;
  }

  function rowOf(object: string, id: string) {
    const row = tableOf(object).get(to18(id));
    if (!row) throw new Error(`The org has no ${object} ${id}`);
    return row;
  }
}

export function live(table: Table) {
  return [...table.rows()].filter(({ deletedAt }) => deletedAt === undefined);
}

function stored(row: { id: string; values: Record<string, Value>; deletedAt: number | undefined }): StoredRecord {
  return { id: row.id, values: { ...row.values }, deleted: row.deletedAt !== undefined };
}

const firstNames = ["Jane", "Omar", "Lucía", "Wei", "Aisha", "Tom"];
const lastNames = ["Smith", "O'Neil", "García", "Chen", "Novak", "Brown"];

/** A believable row of an object, for when only a number was given. */
function invent({ base: { random, clock } }: World, org: Org, object: string): Record<string, unknown> {
  const number = (org.table(object)?.count() ?? 0) + 1;
  const digits = String(5_550_000 + (number % 10_000)).slice(-7);
  const person = {
    FirstName: random.pick(firstNames),
    LastName: random.pick(lastNames),
    Email: `person${number}@example.com`,
    Phone: `(407) ${digits.slice(0, 3)}-${digits.slice(3)}`,
  };
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  switch (object.toLowerCase()) {
    case "contact":
      return person;
    case "lead":
      return { ...person, Company: `${person.LastName} Ltd` };
    case "account":
      return { Name: `${random.pick(lastNames)} Roofing ${number}`, Phone: person.Phone };
    case "opportunity":
      return { Name: `Roof ${number}`, StageName: "Prospecting", CloseDate: day, Amount: 1_000 + number };
    case "task":
      return { Subject: `Call ${number}`, ActivityDate: day };
    case "event":
      return { Subject: `Visit ${number}`, StartDateTime: `${day}T15:00:00Z`, DurationInMinutes: 60 };
    default:
      throw new Error(`Give the rows of ${object} one by one`);
  }
}
