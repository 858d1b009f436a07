import type { PlatformError } from "#core";
import type { CallRecord, MessageRecord } from "#model";
import type { ProviderApi } from "./api.ts";

/** One thing to write. `key` is its identity: the same key never makes two records. */
export interface Unit<Input> {
  key: string;
  input: Input;
}

/** What became of a unit. */
export type Outcome =
  | { outcome: "created" | "updated" | "linked" | "unchanged"; externalId: string; detail?: string }
  | { outcome: "skipped"; reason: string; detail: string }
  | { outcome: "failed"; error: PlatformError };

/**
 * How a write is recognised after a time-out or a crash, when nobody knows whether it happened.
 * - `native`: the provider drops a repeated key by itself; sending again is safe.
 * - `upsert`: the write is keyed by a unique field; sending again is safe.
 * - `marker`: we wrote a value that can be searched for.
 * - `probe`: the record can be found by what it naturally holds.
 * - `none`: the provider offers nothing; after an unanswered write we send again, and the connector's README says so.
 */
export type WriteIdentity<Input> =
  | { kind: "native" | "upsert" | "none" }
  | {
      kind: "marker" | "probe";
      /** Which of these exist at the provider: external id by key. Must see writes that are older than `settleMs`. */
      find(api: ProviderApi, units: readonly Unit<Input>[]): Promise<Map<string, string>>;
      /** How long after a write `find` may still miss it; 0 when reads see writes at once. */
      settleMs(api: ProviderApi): number;
    };

/** One kind of write. Takes arrays: where the provider has a batch endpoint, 80 waiting calls cost one request. */
export interface Action<Input> {
  /** The provider's own largest batch; 1 where it has none. */
  batchSize: number;
  /** Whether the connection's settings ask for this step at all; always when absent. A step that is off leaves no trace. */
  isOn?(api: Pick<ProviderApi, "connection">): boolean;
  identity: WriteIdentity<Input>;
  /**
   * Writes at most `batchSize` units; answers one outcome per unit, in order. May throw for all of them: a refused content
   * (`dead_letter`) is then taken apart by the kit, half by half, until the unit at fault stands alone.
   */
  perform(api: ProviderApi, units: readonly Unit<Input>[]): Promise<Outcome[]>;
}

/** A person as a call knows them: at least one of phone and e-mail. */
export interface Person {
  name: string | null;
  /** E.164 */
  phone: string | null;
  /** Lower case. */
  email: string | null;
  /** Provider fields from the connection's mapping: `{ custom_field_call_result: "appointment_booked" }`. */
  fields: Record<string, unknown>;
}

/** Who the provider already has for a person: nobody, one, or several of whom the first is the one to use. */
export type Match = { externalIds: string[]; by: "phone" | "email" };

/** Finds people. A read: no identity needed. */
export interface Matcher {
  batchSize: number;
  /** Answers only the keys that have a match. */
  find(api: ProviderApi, people: readonly Unit<Person>[]): Promise<Map<string, Match>>;
}

/** Input of every step of a call after the contact. */
export interface CallStepInput {
  call: CallRecord;
  /** The contact at the provider; null where the connector needs none. */
  contactId: string | null;
}
/** Input of a message's one step after the contact. */
export interface MessageStepInput {
  message: MessageRecord;
  /** As with a call. */
  contactId: string | null;
}
export interface ContactUpdateInput {
  contactId: string;
  person: Person;
}

/** What a connector can write for a call or a message; the calls capability runs those that are there, in this order. */
export interface Actions {
  matchContacts?: Matcher;
  createContact?: Action<Person>;
  /** Writes mapped fields to a contact that was there before. */
  updateContact?: Action<ContactUpdateInput>;
  note?: Action<CallStepInput>;
  recording?: Action<CallStepInput>;
  appointment?: Action<CallStepInput>;
  deal?: Action<CallStepInput>;
  workflow?: Action<CallStepInput>;
  /** The whole call to a webhook-like provider (Zapier). */
  post?: Action<CallStepInput>;
  /** A text message: as a note in a CRM, as it is to a webhook-like provider. */
  message?: Action<MessageStepInput>;
}

/**
 * The steps of a sync in their order; `contact` stands for match, create and update. `message` is for messages, those
 * between are for calls.
 */
export const callSteps = [
  "contact",
  "note",
  "recording",
  "appointment",
  "deal",
  "workflow",
  "post",
  "message",
] as const;
export type CallStep = (typeof callSteps)[number];
