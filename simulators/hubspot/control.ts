import type { Control, IssuedTokens } from "#simulators/kit";
import type { HubSpotLimits } from "./limits.ts";
import { link, linksOf } from "./links.ts";
import {
  type App,
  type AppOptions,
  allScopes,
  type HubSpotOptions,
  type StaticTokenOptions,
  setWebhooks,
} from "./options.ts";
import type { Portal, PortalOptions, TypeState } from "./portal.ts";
import { archiveRecord, checkCreate, checkUpdate, commitCreate, commitUpdate } from "./records.ts";
import { type Seed, seedPortal } from "./seed.ts";
import type { CrmRecord } from "./table.ts";
import { readLimits, type World } from "./world.ts";

/** A record as tests look at it. */
export interface StoredRecord {
  id: string;
  properties: Record<string, string | null>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
}

/** One account, seen from inside: no limits, no index lag. Writes count as made by a person in HubSpot. */
export interface PortalControl {
  readonly id: number;
  count(type: string): number;
  /** All live records of a type, oldest first. */
  list(type: string): StoredRecord[];
  get(type: string, id: string): StoredRecord | undefined;
  findBy(type: string, property: string, value: string): StoredRecord[];
  create(type: string, properties: Record<string, string>): StoredRecord;
  edit(type: string, id: string, properties: Record<string, string>): StoredRecord;
  archive(type: string, id: string): void;
  restore(type: string, id: string): void;
  associate(fromType: string, fromId: string, toType: string, toId: string): void;
  /** Ids of the associated records. */
  associated(fromType: string, id: string, toType: string): string[];
  enrollments(): Array<{ workflowId: number; contactId: string; email: string; at: string }>;
  /** Values of a property that more than one live record holds, with the ids. */
  repeated(type: string, property: string): Record<string, string[]>;
  seed(seed: Seed): Record<string, number>;
}

export interface Which {
  clientId?: string;
  portalId?: number;
}

export interface HubSpotControl extends Control {
  portal(id?: number): PortalControl;
  portals(): PortalControl[];
  addPortal(options?: PortalOptions): PortalControl;
  addApp(options?: AppOptions): App;
  addStaticToken(options?: StaticTokenOptions): string;
  /** Installs an app in an account without the browser. The first app and account when not named. */
  connect(options?: Which & { scopes?: readonly string[] }): IssuedTokens & { portalId: number };
  limits(limits: "documented" | "off" | Partial<HubSpotLimits>): void;
  searchIndexLag(ms: number): void;
  refreshTokens(mode: "reusable" | "single-use"): void;
  /** Ends one token, or (uninstall) all tokens of the app, the account, or both. Answers how many ended. */
  revoke(what: Which & { token?: string }): number;
  expireAccessTokens(which?: Which): number;
  webhooks(clientId: string, settings: NonNullable<AppOptions["webhooks"]>): void;
  webhookRetryDelays(ms: readonly number[]): void;
}

export function createControl(shared: Control, world: World): HubSpotControl {
  const matches =
    ({ clientId, portalId }: Which) =>
    (grant: { clientId: string; accountId: string }) =>
      (clientId === undefined || grant.clientId === clientId) &&
      (portalId === undefined || grant.accountId === String(portalId));
  return {
    ...shared,
    portal: (id) => controlPortal(world.portal(id)),
    portals: () => [...world.portals.values()].map(controlPortal),
    addPortal: (options = {}) => controlPortal(world.addPortal(options)),
    addApp: (options = {}) => world.addApp(options),
    addStaticToken: (options = {}) => world.addStaticToken(options),
    connect,
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
      return Number(world.revokeStaticToken(token) || world.oauth.revokeToken(token));
    },
    expireAccessTokens: (which = {}) => world.oauth.expireAccessTokens(matches(which)),
    webhooks: (clientId, settings) => {
      const app = world.apps.get(clientId);
      if (!app) throw new Error(`The HubSpot simulator has no app ${clientId}`);
      setWebhooks(app, settings);
    },
    webhooksIdle: async () => {
      world.events.flush();
      await shared.webhooksIdle();
    },
    webhookRetryDelays: (ms) => {
      world.events.retryDelaysMs = ms;
    },
  };

  function connect({ clientId, portalId, scopes = allScopes }: Which & { scopes?: readonly string[] } = {}) {
    const portal = world.portal(portalId);
    const app = clientId === undefined ? [...world.apps.values()][0] : world.apps.get(clientId);
    if (!app) throw new Error(`The HubSpot simulator has no app ${clientId}`);
    const userId = String(portal.owners[0]?.userId ?? 0);
    const tokens = world.oauth.connect({
      clientId: app.clientId,
      accountId: String(portal.id),
      userId,
      scopes: [...scopes],
    });
    return { ...tokens, portalId: portal.id };
  }
}

function controlPortal(portal: Portal): PortalControl {
  return {
    id: portal.id,
    count: (type) => stateOf(type).table.size,
    list: (type) => records(stateOf(type)).map(view),
    get: (type, id) => {
      const { table } = stateOf(type);
      const record = table.get(id) ?? table.getArchived(id);
      return record && view(record);
    },
    findBy: (type, property, value) =>
      records(stateOf(type))
        .filter(({ properties }) => properties[property] === value)
        .map(view),
    create: (type, properties) => {
      const state = stateOf(type);
      return view(commitCreate(portal, state, checkCreate(portal, state, { properties }), "CRM_UI"));
    },
    edit: (type, id, properties) => {
      const state = stateOf(type);
      const record = recordOf(state, id);
      return view(commitUpdate(portal, state, record, checkUpdate(portal, state, record, { properties }), "CRM_UI"));
    },
    archive: (type, id) => archiveRecord(portal, stateOf(type), recordOf(stateOf(type), id), "CRM_UI"),
    restore: (type, id) => {
      const state = stateOf(type);
      const record = state.table.getArchived(id);
      if (!record) throw new Error(`No archived ${type} ${id}`);
      state.table.restore(record);
      portal.emit({
        noun: state.type.singular,
        objectTypeId: state.type.id,
        kind: "restore",
        objectId: Number(id),
        changeSource: "CRM_UI",
      });
    },
    associate: (fromType, fromId, toType, toId) => {
      const [from, to] = [stateOf(fromType), stateOf(toType)];
      const kind = portal.associationTypes.defaultOf(from.type, to.type);
      link(portal, { state: from, record: recordOf(from, fromId) }, { state: to, record: recordOf(to, toId) }, kind);
    },
    associated: (fromType, id, toType) =>
      linksOf(recordOf(stateOf(fromType), id), stateOf(toType)).map((one) => one.id),
    enrollments: () =>
      portal.workflows.flatMap(({ id, enrollments }) => enrollments.map((one) => ({ workflowId: id, ...one }))),
    repeated,
    seed: (seed) => seedPortal(portal, seed),
  };

  function stateOf(type: string): TypeState {
    const state = portal.type(type);
    if (!state) throw new Error(`The HubSpot simulator has no object type ${type}`);
    return state;
  }

  function recordOf(state: TypeState, id: string): CrmRecord {
    const record = state.table.get(id);
    if (!record) throw new Error(`No ${state.type.singular} ${id}`);
    return record;
  }

  function repeated(type: string, property: string): Record<string, string[]> {
    const ids = new Map<string, string[]>();
    for (const { id, properties } of records(stateOf(type))) {
      const value = properties[property];
      if (value) ids.set(value, [...(ids.get(value) ?? []), id]);
    }
    return Object.fromEntries([...ids].filter(([, list]) => list.length > 1));
  }
}

function records({ table }: TypeState): CrmRecord[] {
  return table.list(0, Number.POSITIVE_INFINITY, false);
}

function view({ id, properties, createdAt, updatedAt, archivedAt }: CrmRecord): StoredRecord {
  return {
    id,
    properties: { ...properties },
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    archived: archivedAt !== undefined,
  };
}

export type { HubSpotOptions };
