import type { Control, IssuedTokens } from "#simulators/kit";
import { createContact, removeContact, updateContact, viewContact } from "./contacts.ts";
import type { GoHighLevelLimits } from "./limits.ts";
import {
  type CustomField,
  iso,
  type Location,
  type LocationOptions,
  type Row,
  type TableName,
  type Values,
} from "./location.ts";
import type { App, AppOptions, CompanyOptions, PrivateTokenOptions } from "./options.ts";
import { viewAppointment } from "./routes/calendars.ts";
import { viewOpportunity } from "./routes/opportunities.ts";
import { readLimits, type World } from "./world.ts";

/** One location, seen from inside: no limits, no index lag. */
export interface LocationControl {
  readonly id: string;
  readonly companyId: string;
  count(table: TableName): number;
  /** All records, oldest first. */
  list(table: TableName): Values[];
  get(table: TableName, id: string): Values | undefined;
  /** Records of which a field has this value; of lists (`tags`) one entry is enough. */
  findBy(table: TableName, field: string, value: unknown): Values[];
  createContact(body: Values): Values;
  editContact(id: string, body: Values): Values;
  removeContact(id: string): void;
  addField(field: NonNullable<LocationOptions["customFields"]>[number]): CustomField;
  pipelines(): Location["pipelines"];
  enrollments(): Location["enrollments"];
  /** Puts a recording on a message of a call. */
  addRecording(messageId: string, bytes: Uint8Array): void;
  /** Values of a field that more than one record holds, with the ids. */
  repeated(table: TableName, field: string): Record<string, string[]>;
  seed(seed: { contacts?: number | Values[] }): Record<string, number>;
}

export interface Which {
  clientId?: string;
  locationId?: string;
  /** Connects a whole company in place of a location. */
  companyId?: string;
}

export interface GoHighLevelControl extends Control {
  location(id?: string): LocationControl;
  locations(): LocationControl[];
  addCompany(options?: CompanyOptions): { id: string; name: string };
  addLocation(options?: LocationOptions & { companyId?: string }): LocationControl;
  addApp(options?: AppOptions): App;
  addPrivateToken(options?: PrivateTokenOptions): string;
  /** Installs an app without the browser. The first app and location when not named. */
  connect(options?: Which & { scopes?: readonly string[] }): IssuedTokens & { locationId: string | undefined };
  limits(limits: "documented" | "off" | Partial<GoHighLevelLimits>): void;
  searchIndexLag(ms: number): void;
  refreshTokens(mode: "reusable" | "single-use"): void;
  /** Ends one token, or all tokens of an app, a location or a company. Answers how many ended. */
  revoke(what: Which & { token?: string }): number;
  expireAccessTokens(which?: Which): number;
  webhooks(clientId: string, settings: { url: string; events?: readonly string[] }): void;
  webhookRetryDelays(ms: readonly number[]): void;
  /** The RSA key of `X-WH-Signature`, as PEM. */
  legacyPublicKey(): string;
}

export function createControl(shared: Control, world: World): GoHighLevelControl {
  const matches =
    ({ clientId, locationId, companyId }: Which) =>
    (grant: { clientId: string; accountId: string }) =>
      (clientId === undefined || grant.clientId === clientId) &&
      (locationId === undefined || grant.accountId === `location:${locationId}`) &&
      (companyId === undefined || grant.accountId === `company:${companyId}`);
  const appOf = (clientId: string | undefined): App => {
    const app = clientId === undefined ? [...world.apps.values()][0] : world.apps.get(clientId);
    if (!app) throw new Error(`The GoHighLevel simulator has no app ${clientId}`);
    return app;
  };
  return {
    ...shared,
    location: (id) => controlLocation(world, world.location(id)),
    locations: () => [...world.locations.values()].map((one) => controlLocation(world, one)),
    addCompany: (options = {}) => world.addCompany(options),
    addLocation: (options = {}) => controlLocation(world, world.addLocation(options)),
    addApp: (options = {}) => world.addApp(options),
    addPrivateToken: (options = {}) => world.addPrivateToken(options),
    connect: ({ clientId, locationId, companyId, scopes } = {}) => {
      const app = appOf(clientId);
      const location = companyId === undefined ? world.location(locationId) : undefined;
      const accountId = location ? `location:${location.id}` : `company:${companyId}`;
      const userId = location?.users[0]?.id ?? "";
      const tokens = world.oauth.connect({
        clientId: app.clientId,
        accountId,
        userId,
        scopes: [...(scopes ?? app.scopes)],
      });
      return { ...tokens, locationId: location?.id };
    },
    limits: (limits) => {
      world.limitSettings = readLimits(limits);
      world.limits.clear();
    },
    searchIndexLag: (ms) => {
      world.searchIndexLagMs = ms;
    },
    refreshTokens: (mode) => {
      world.oauth.settings.refreshTokens = mode;
    },
    revoke: ({ token, ...which }) => {
      if (token === undefined) return world.oauth.revokeGrants(matches(which));
      return Number(world.privateTokens.delete(token) || world.oauth.revokeToken(token));
    },
    expireAccessTokens: (which = {}) => world.oauth.expireAccessTokens(matches(which)),
    webhooks: (clientId, { url, events }) => {
      Object.assign(appOf(clientId), { webhookUrl: url, events });
    },
    webhookRetryDelays: (ms) => {
      world.webhooks.retryDelaysMs = ms;
    },
    legacyPublicKey: () => world.webhooks.legacyPublicKey(),
  };
}

function controlLocation(world: World, location: Location): LocationControl {
  const author = { isV3: true };
  const list = (table: TableName) => [...location.tables[table].values()].map((row) => viewRow(location, table, row));
  const known = (id: string): Row => {
    const row = location.tables.contacts.get(id);
    if (!row) throw new Error(`Location ${location.id} has no contact ${id}`);
    return row;
  };
  return {
    id: location.id,
    companyId: location.companyId,
    count: (table) => location.tables[table].size,
    list,
    get: (table, id) => {
      const row = location.tables[table].get(id);
      return row && viewRow(location, table, row);
    },
    findBy: (table, field, value) => list(table).filter((record) => [record[field]].flat().includes(value)),
    createContact: (body) => viewContact(location, createContact(world, location, body, author)),
    editContact: (id, body) => viewContact(location, updateContact(world, location, known(id), body, author)),
    removeContact: (id) => removeContact(location, known(id)),
    addField: (field) => location.addField(field),
    pipelines: () => location.pipelines,
    enrollments: () => location.enrollments,
    addRecording: (messageId, bytes) => void location.recordings.set(messageId, bytes),
    repeated: (table, field) => {
      const holders: Record<string, string[]> = {};
      for (const record of list(table)) {
        const value = record[field];
        if (value === undefined || value === null) continue;
        holders[String(value)] = [...(holders[String(value)] ?? []), String(record.id)];
      }
      return Object.fromEntries(Object.entries(holders).filter(([, ids]) => ids.length > 1));
    },
    seed: (seed) => seedLocation(world, location, seed),
  };
}

export function seedLocation(world: World, location: Location, { contacts = 0 }: { contacts?: number | Values[] }) {
  const first = location.tables.contacts.size + 1;
  const rows = Array.isArray(contacts)
    ? contacts
    : Array.from({ length: contacts }, (_, index) => ({
        firstName: "Customer",
        lastName: String(first + index),
        email: `customer${first + index}@example.com`,
        phone: `+1407555${String(first + index).padStart(4, "0")}`,
      }));
  for (const row of rows) createContact(world, location, row, { isV3: true });
  return { contacts: rows.length };
}

/** A record as its own route shows it, or near to it. */
export function viewRow(location: Location, table: TableName, row: Row): Values {
  if (table === "contacts") return viewContact(location, row);
  if (table === "opportunities") return viewOpportunity(location, row);
  if (table === "appointments") return viewAppointment(location, row);
  return { id: row.id, ...row.values, dateAdded: iso(row.addedAt) };
}
