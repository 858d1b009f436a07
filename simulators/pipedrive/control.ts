import type { Control, IssuedTokens, OAuthApp } from "#simulators/kit";
import { type Company, type CompanyOptions, type TableName, tableNames } from "./company.ts";
import { type EntityName, entities } from "./entities.ts";
import type { Field, FieldOwner } from "./fields.ts";
import type { PipedriveLimits } from "./limits.ts";
import type { ApiTokenOptions, AppOptions, PipedriveOptions } from "./options.ts";
import { createRecord, readRecord, removeRecord, updateRecord } from "./records.ts";
import { createNote, viewNote } from "./routes/notes.ts";
import { type Seed, seedCompany } from "./seed.ts";
import type { Row, Values } from "./table.ts";
import { readLimits, type World } from "./world.ts";

/** One company, seen from inside: no limits, no index lag. Writes count as made by a person in Pipedrive. */
export interface CompanyControl {
  readonly id: number;
  count(table: TableName): number;
  /** All live records, oldest first. */
  list(table: TableName): Values[];
  /** Deleted ones too; `is_deleted` tells. */
  get(table: TableName, id: number | string): Values | undefined;
  /** Records of which a field has this value; of lists (`phones`, `emails`) one entry is enough. */
  findBy(table: TableName, field: string, value: unknown): Values[];
  create(entity: EntityName, body: Values): Values;
  edit(entity: EntityName, id: number, body: Values): Values;
  remove(entity: EntityName, id: number): void;
  addNote(body: Values): Values;
  addField(owner: FieldOwner, field: { name: string; type: string; options?: string[] }): Field;
  fields(owner: FieldOwner): Field[];
  /** The bytes of a call log's recording. */
  recording(callLogId: string): Uint8Array | undefined;
  /** Values of a field that more than one live record holds, with the ids. */
  repeated(table: TableName, field: string): Record<string, Array<number | string>>;
  seed(seed: Seed): Record<string, number>;
  /** Tokens of today's budget that are used. */
  spentToday(): number;
}

export interface Which {
  clientId?: string;
  companyId?: number;
}

export interface PipedriveControl extends Control {
  company(id?: number): CompanyControl;
  companies(): CompanyControl[];
  addCompany(options?: CompanyOptions): CompanyControl;
  addApp(options?: AppOptions): OAuthApp;
  addApiToken(options?: ApiTokenOptions): string;
  /** Installs an app in a company without the browser. The first app, company and user when not named. */
  connect(options?: Which & { userId?: number; scopes?: readonly string[] }): IssuedTokens & { companyId: number };
  limits(limits: "documented" | "off" | Partial<PipedriveLimits>): void;
  searchIndexLag(ms: number): void;
  phoneSearch(mode: "as-written" | "digits"): void;
  refreshTokens(mode: "reusable" | "single-use"): void;
  /** Ends one token, or (uninstall) all tokens of the app, the company, or both. Answers how many ended. */
  revoke(what: Which & { token?: string }): number;
  /** Ends the tokens and sends the `DELETE` that an app's callback address gets; answers the status, 0 for none. */
  uninstall(callbackUrl: string, which?: Which): Promise<number>;
  expireAccessTokens(which?: Which): number;
  webhookRetryDelays(ms: readonly number[]): void;
}

export function createControl(shared: Control, world: World): PipedriveControl {
  const matches =
    ({ clientId, companyId }: Which) =>
    (grant: { clientId: string; accountId: string }) =>
      (clientId === undefined || grant.clientId === clientId) &&
      (companyId === undefined || grant.accountId === String(companyId));
  return {
    ...shared,
    company: (id) => controlCompany(world, world.company(id)),
    companies: () => [...world.companies.values()].map((one) => controlCompany(world, one)),
    addCompany: (options = {}) => controlCompany(world, world.addCompany(options)),
    addApp: (options = {}) => world.addApp(options),
    addApiToken: (options = {}) => world.addApiToken(options),
    connect,
    limits: (limits: PipedriveOptions["limits"]) => {
      world.limitSettings = readLimits(limits);
      world.limits.clear();
    },
    searchIndexLag: (ms) => {
      world.searchIndexLagMs = ms;
    },
    phoneSearch: (mode) => {
      world.phoneSearch = mode;
    },
    refreshTokens: (mode) => {
      world.oauth.settings.refreshTokens = mode;
    },
    revoke: ({ token, ...which }) => {
      if (token === undefined) return world.oauth.revokeGrants(matches(which));
      return Number(world.apiTokens.delete(token) || world.oauth.revokeToken(token));
    },
    uninstall,
    expireAccessTokens: (which = {}) => world.oauth.expireAccessTokens(matches(which)),
    webhookRetryDelays: (ms) => {
      world.webhooks.retryDelaysMs = ms;
    },
  };

  function connect({ clientId, companyId, userId, scopes }: Parameters<PipedriveControl["connect"]>[0] = {}) {
    const company = world.company(companyId);
    const app = appOf(clientId);
    const user = String(userId ?? company.users[0]?.id ?? 0);
    const tokens = world.oauth.connect({
      clientId: app.clientId,
      accountId: String(company.id),
      userId: user,
      scopes: [...(scopes ?? app.scopes)],
    });
    return { ...tokens, companyId: company.id };
  }

  async function uninstall(callbackUrl: string, which: Which = {}): Promise<number> {
    const company = world.company(which.companyId);
    const app = appOf(which.clientId);
    world.oauth.revokeGrants(matches({ clientId: app.clientId, companyId: company.id }));
    const secret = Buffer.from(`${app.clientId}:${app.clientSecret}`).toString("base64");
    const body = {
      client_id: app.clientId,
      company_id: company.id,
      user_id: company.users[0]?.id,
      timestamp: new Date(world.base.clock.now()).toISOString(),
    };
    const answer = await fetch(callbackUrl, {
      method: "DELETE",
      headers: { authorization: `Basic ${secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status ?? 0;
  }

  function appOf(clientId: string | undefined): OAuthApp {
    const app = clientId === undefined ? [...world.apps.values()][0] : world.apps.get(clientId);
    if (!app) throw new Error(`The Pipedrive simulator has no app ${clientId}`);
    return app;
  }
}

function controlCompany(world: World, company: Company): CompanyControl {
  const author = { userId: company.users[0]?.id ?? 0, source: "app" as const };
  const list = (table: TableName) => company.tables[table].live().map((row) => viewRow(company, table, row));
  return {
    id: company.id,
    count: (table) => company.tables[table].size,
    list,
    get: (table, id) => {
      const row = company.tables[table].get(id);
      return row && viewRow(company, table, row);
    },
    findBy: (table, field, value) => list(table).filter((record) => valuesOf(record, field).includes(value)),
    create: (entity, body) =>
      readRecord(company, entities[entity], createRecord(company, entities[entity], body, author)),
    edit: (entity, id, body) => {
      const row = known(company, entity, id);
      return readRecord(company, entities[entity], updateRecord(company, entities[entity], row, body, author));
    },
    remove: (entity, id) => removeRecord(company, entities[entity], known(company, entity, id), author),
    addNote: (body) => viewNote(company, createNote(company, body, author), author.userId),
    addField: (owner, field) => company.addField(owner, field),
    fields: (owner) => company.fields[owner],
    recording: (callLogId) => company.bytes.get(`recording:${callLogId}`),
    repeated: (table, field) => {
      const holders: Record<string, Array<number | string>> = {};
      for (const record of list(table)) {
        for (const value of new Set(valuesOf(record, field))) {
          if (value === null || value === undefined) continue;
          holders[String(value)] = [...(holders[String(value)] ?? []), record.id as number | string];
        }
      }
      return Object.fromEntries(Object.entries(holders).filter(([, ids]) => ids.length > 1));
    },
    seed: (seed) => seedCompany(company, seed, world.base.random),
    spentToday: () => world.limits.spentToday(company.id, world.base.clock.now()),
  };
}

/** A row of any table, as its own route shows it or near to it. */
export function viewRow(company: Company, table: TableName, row: Row): Values {
  if (table in entities) return readRecord(company, entities[table as EntityName], row);
  if (table === "notes") return viewNote(company, row, 0);
  const shown = { id: row.id, ...row.values, is_deleted: row.deletedAt !== undefined };
  return table === "callLogs" ? { ...shown, has_recording: company.bytes.has(`recording:${row.id}`) } : shown;
}

export function isTable(name: string): name is TableName {
  return tableNames.some((table) => table === name);
}

function valuesOf(record: Values, field: string): unknown[] {
  const value = record[field] ?? (record.custom_fields as Values | undefined)?.[field];
  return Array.isArray(value) ? value.map((item) => item?.value ?? item) : [value];
}

function known(company: Company, entity: EntityName, id: number): Row {
  const row = company.tables[entity].get(id);
  if (!row) throw new Error(`Company ${company.id} has no ${entity} ${id}`);
  return row;
}
