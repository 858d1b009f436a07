import type { Random, SimulatorClock } from "#simulators/kit";
import { type AssociationTypes, createAssociationTypes } from "./associations.ts";
import { readDefaultProperties } from "./default-properties.ts";
import type { MeetingLink } from "./meeting-links.ts";
import { findObjectType, type ObjectType, objectTypes } from "./object-types.ts";
import { type Pipeline, readPipelines } from "./pipelines.ts";
import type { PropertyDefinition } from "./properties.ts";
import { createTable, type Table } from "./table.ts";

export type Tier = "free" | "starter" | "pro" | "enterprise";

export interface PortalOptions {
  id?: number;
  name?: string;
  /** Decides the limits of static tokens. */
  tier?: Tier;
  timeZone?: string;
  currency?: string;
  accountType?: "STANDARD" | "DEVELOPER_TEST" | "SANDBOX" | "APP_DEVELOPER";
  owners?: Array<{
    id?: string;
    userId?: number;
    email: string;
    firstName?: string;
    lastName?: string;
    archived?: boolean;
  }>;
  workflows?: Array<{ id?: number; name: string; enabled?: boolean }>;
  meetingLinks?: Array<Partial<MeetingLink> & { slug: string }>;
}

export interface Owner {
  id: string;
  userId: number;
  email: string;
  firstName: string;
  lastName: string;
  archived: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface Workflow {
  id: number;
  name: string;
  enabled: boolean;
  enrollments: Array<{ contactId: string; email: string; at: string }>;
}

export interface TypeState {
  type: ObjectType;
  table: Table;
  definitions: Map<string, PropertyDefinition>;
  archivedDefinitions: Map<string, PropertyDefinition>;
  groups: Map<string, { name: string; label: string; displayOrder: number; archived: boolean }>;
}

/** Something that happened in an account and that an app may have subscribed to. */
export interface PortalEvent {
  /** `contact`, `deal` … */
  noun: string;
  objectTypeId: string;
  kind: "creation" | "deletion" | "privacyDeletion" | "propertyChange" | "merge" | "restore" | "associationChange";
  objectId: number;
  changeSource: "INTEGRATION" | "CRM_UI" | "API";
  propertyName?: string;
  propertyValue?: string;
  extra?: Record<string, unknown>;
}

/** One HubSpot account. */
export interface Portal {
  id: number;
  name: string;
  tier: Tier;
  timeZone: string;
  currency: string;
  accountType: string;
  clock: SimulatorClock;
  random: Random;
  associationTypes: AssociationTypes;
  pipelines: Map<string, Pipeline[]>;
  owners: Owner[];
  workflows: Workflow[];
  meetingLinks: MeetingLink[];
  /** By any name of the type, or undefined for a type that does not exist here. */
  type(key: string): TypeState | undefined;
  types(): TypeState[];
  nextId(): string;
  emit(event: PortalEvent): void;
  /** False while nobody listens, so that events need not be built. */
  hasListeners(): boolean;
}

export interface PortalNeeds {
  clock: SimulatorClock;
  random: Random;
  searchLagMs: () => number;
  emit: (portal: Portal, event: PortalEvent) => void;
  hasListeners: (portal: Portal) => boolean;
}

const defaultOwners: NonNullable<PortalOptions["owners"]> = [
  { email: "owner@example.com", firstName: "Olivia", lastName: "Owner" },
];
const defaultWorkflows: NonNullable<PortalOptions["workflows"]> = [{ name: "Follow up after a call" }];
const defaultLinks: NonNullable<PortalOptions["meetingLinks"]> = [
  { slug: "sales-team/inspection", name: "Roof inspection" },
];

export function createPortal(options: PortalOptions, needs: PortalNeeds): Portal {
  const { clock, random } = needs;
  const startedAt = new Date(clock.now()).toISOString();
  const states = new Map(objectTypes.map((type) => [type.id, createTypeState(type, needs)]));
  let lastId = 500;

  const portal: Portal = {
    id: options.id ?? 24_681_012,
    name: options.name ?? "Example Roofing",
    tier: options.tier ?? "pro",
    timeZone: options.timeZone ?? "America/New_York",
    currency: options.currency ?? "USD",
    accountType: options.accountType ?? "STANDARD",
    clock,
    random,
    associationTypes: createAssociationTypes(),
    pipelines: readPipelines(startedAt),
    owners: (options.owners ?? defaultOwners).map((owner, index) => ({
      id: owner.id ?? String(41_000_001 + index),
      userId: owner.userId ?? 9_000_001 + index,
      email: owner.email,
      firstName: owner.firstName ?? "",
      lastName: owner.lastName ?? "",
      archived: owner.archived ?? false,
      createdAt: startedAt,
      updatedAt: startedAt,
    })),
    workflows: (options.workflows ?? defaultWorkflows).map((workflow, index) => ({
      id: workflow.id ?? 7_000_001 + index,
      name: workflow.name,
      enabled: workflow.enabled ?? true,
      enrollments: [],
    })),
    meetingLinks: [],
    type: (key) => states.get(findObjectType(key)?.id ?? ""),
    types: () => [...states.values()],
    nextId: () => String(++lastId),
    emit: (event) => needs.emit(portal, event),
    hasListeners: () => needs.hasListeners(portal),
  };
  portal.meetingLinks = (options.meetingLinks ?? defaultLinks).map((link, index) => ({
    id: String(5_000_001 + index),
    name: link.slug,
    type: "PERSONAL_LINK",
    organizerUserId: String(portal.owners[0]?.userId ?? 9_000_001),
    durationsMs: [1_800_000, 3_600_000],
    opensAtHour: 9,
    closesAtHour: 17,
    busy: [],
    ...link,
  }));
  return portal;
}

function createTypeState(type: ObjectType, { clock, searchLagMs }: PortalNeeds): TypeState {
  const definitions = readDefaultProperties(type.id);
  const unique = [...definitions.values()].filter(({ hasUniqueValue }) => hasUniqueValue).map(({ name }) => name);
  const groups = [...new Set([...definitions.values()].map(({ groupName }) => groupName))];
  return {
    type,
    definitions,
    archivedDefinitions: new Map(),
    table: createTable({
      clock,
      lagMs: searchLagMs,
      uniqueProperties: unique,
      modifiedProperty: type.modifiedProperty,
    }),
    groups: new Map(groups.map((name, displayOrder) => [name, { name, label: name, displayOrder, archived: false }])),
  };
}
