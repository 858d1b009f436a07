import type { CallStepInput, MessageStepInput, Person, ProviderRequest, Unit } from "#connector-kit";
import { aCall, aMessage } from "#connector-kit";
import type { CallRecord, MessageRecord } from "#model";
import type { Script, ScriptedApi } from "../testing.ts";
import { aBatch, aContact, anError } from "./hubspot.samples.ts";

/** What `setUp` leaves behind when all went well. */
export const marked = { state: { marker: true, portal_id: "33", ui_domain: "app-eu1.hubspot.com" } };

export function aPerson(changes: Partial<Person> = {}): Person {
  return { name: "Jane Smith", phone: "+14079780655", email: "jane@example.com", fields: {}, ...changes };
}

export function aStep(changes: Partial<CallRecord> = {}, contactId: string | null = "501"): CallStepInput {
  return { call: aCall(changes), contactId };
}

export function aMessageStep(changes: Partial<MessageRecord> = {}, contactId: string | null = "501"): MessageStepInput {
  return { message: aMessage(changes), contactId };
}

/** Units with the keys `key-0`, `key-1` … */
export function units<Input>(...inputs: Input[]): Unit<Input>[] {
  return inputs.map((input, index) => ({ key: `key-${index}`, input }));
}

/** Answers each path ending with what the test says, and 404 to everything else. */
export function answers(
  routes: Record<string, (request: ProviderRequest) => { status?: number; body?: unknown }>,
): Script {
  return (request) => {
    const route = Object.entries(routes).find(([ending]) => request.path.endsWith(ending))?.[1];
    return route
      ? { status: 200, ...route(request) }
      : { status: 404, body: anError({ category: "OBJECT_NOT_FOUND" }) };
  };
}

/** A batch endpoint that takes everything, and gives ids from 900 on. */
export function takesAll(request: ProviderRequest) {
  // Not in the order of the inputs: HubSpot promises none.
  const rows = inputsOf(request)
    .map((input, index) => ({ ...aContact(), ...input, id: String(900 + index) }))
    .reverse();
  return { status: 201, body: aBatch(rows) };
}

interface SentInput {
  id?: string;
  after?: string;
  properties: Record<string, string>;
  associations?: unknown;
}

export function inputsOf(request: ProviderRequest | undefined): SentInput[] {
  return (request?.json as { inputs: SentInput[] } | undefined)?.inputs ?? [];
}

/** The inputs of the first request that went out. */
export function firstInputs(api: ScriptedApi): SentInput[] {
  return inputsOf(api.sent[0]);
}
