import { z } from "zod";
import { chunks, type ProviderApi, unreadableAnswer } from "#connector-kit";
import type { PlatformError } from "#core";
import { existingId, HubSpotError, isConflict, parseError, toPlatformError } from "./errors.ts";

/** One version for all paths; see the README for what it replaced. */
export const version = "2026-09";
export const batchSize = 100;

const id = z.union([z.string(), z.int()]).transform(String);
const Row = z.object({
  id,
  properties: z.record(z.string(), z.string().nullish()).default({}),
  createdAt: z.string().optional(),
  objectWriteTraceId: z.string().nullish(),
});
export type Row = z.infer<typeof Row>;

const BatchAnswer = z.object({ results: z.array(Row), errors: z.array(HubSpotError).default([]) });
const SearchAnswer = z.object({ results: z.array(Row), paging: paging() });
const AssociationsAnswer = z.object({
  results: z.array(z.object({ from: z.object({ id }), to: z.array(z.object({ toObjectId: id })), paging: paging() })),
});

export interface NewRecord {
  properties: Record<string, string>;
  associations?: {
    to: { id: string };
    types: { associationCategory: "HUBSPOT_DEFINED"; associationTypeId: number }[];
  }[];
}

/** What became of one input of a batch. `existing` is the record that already holds its unique value, where HubSpot named it. */
export type Written = { row: Row } | { error: PlatformError; isConflict: boolean; existing: string | null };

/** Records by id, or by another unique property. What does not exist is absent from the answer. */
export async function readBatch(
  api: ProviderApi,
  type: string,
  ids: readonly string[],
  options: { idProperty?: string; properties: string[] },
): Promise<Row[]> {
  const pages = await Promise.all(
    chunks([...new Set(ids)], batchSize).map(async (piece) => {
      const { body } = await api.send({
        method: "POST",
        path: `/crm/objects/${version}/${type}/batch/read`,
        json: { ...options, propertiesWithHistory: [], inputs: piece.map((id) => ({ id })) },
        effect: "read",
      });
      return parse(BatchAnswer, body, "read").results;
    }),
  );
  return pages.flat();
}

/** Creates up to 100 records. One bad input does not spoil the others: each carries a trace id, so HubSpot answers 207. */
export function createBatch(api: ProviderApi, type: string, records: readonly NewRecord[]): Promise<Written[]> {
  return writeBatch(api, `/crm/objects/${version}/${type}/batch/create`, records);
}

/** Changes up to 100 different records. */
export function updateBatch(
  api: ProviderApi,
  type: string,
  records: readonly { id: string; properties: Record<string, string> }[],
): Promise<Written[]> {
  return writeBatch(api, `/crm/objects/${version}/${type}/batch/update`, records);
}

async function writeBatch(api: ProviderApi, path: string, records: readonly object[]): Promise<Written[]> {
  const inputs = records.map((record, index) => ({ ...record, objectWriteTraceId: String(index) }));
  const { status, body } = await api.send({
    method: "POST",
    path,
    json: { inputs },
    effect: "write",
    accept: [400, 409],
  });
  if (status >= 400) {
    const refusal = toWritten(status, parseError(body));
    if (records.length === 1) return [refusal];
    throw refusal.error; // HubSpot refused all for one: the kit takes the batch apart
  }
  return assign(parse(BatchAnswer, body, "write"), records.length);
}

/** Gives each input its own result. */
function assign({ results, errors }: z.infer<typeof BatchAnswer>, count: number): Written[] {
  const written: (Written | undefined)[] = Array.from({ length: count });
  // Without trace ids only a complete answer can be told apart, by its order.
  const inOrder = results.length === count && results.every((row) => row.objectWriteTraceId == null);
  results.forEach((row, position) => {
    const index = inOrder ? position : Number(row.objectWriteTraceId ?? Number.NaN);
    if (index in written) written[index] = { row };
  });
  for (const error of errors) {
    for (const trace of error.context?.objectWriteTraceId ?? []) written[Number(trace)] ??= toWritten(400, error);
  }
  const open = [...written.keys()].filter((index) => written[index] === undefined);
  const [onlyOne, ...others] = open;
  // An error that names no input can only be that of the one input without a result.
  if (onlyOne !== undefined && others.length === 0 && errors[0]) written[onlyOne] = toWritten(400, errors[0]);
  return written.map(
    (entry) => entry ?? { error: unreadableAnswer("HubSpot", "write"), isConflict: false, existing: null },
  );
}

function toWritten(status: number, error: HubSpotError): Extract<Written, { error: PlatformError }> {
  // A category says more than the 400 that a batch's inputs share.
  const error400 = status === 400 && error.category ? 0 : status;
  return {
    error: toPlatformError(error400, error),
    isConflict: status === 409 || isConflict(error),
    existing: existingId(error),
  };
}

/** Every hit of a search. The index lags behind writes by seconds, and finds nothing that is archived. */
export async function search(
  api: ProviderApi,
  type: string,
  query: { filterGroups: unknown[]; properties: string[] },
): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | undefined;
  do {
    const { body } = await api.send({
      method: "POST",
      path: `/crm/objects/${version}/${type}/search`,
      json: { ...query, limit: 200, ...(after === undefined ? {} : { after }) },
      buckets: ["search"],
      effect: "read",
    });
    const page = parse(SearchAnswer, body, "read");
    rows.push(...page.results);
    after = page.paging?.next?.after;
  } while (after !== undefined && rows.length < 10_000); // past 10,000 HubSpot answers 400
  return rows;
}

/** The ids of `to` records associated with each `from` record. */
export async function readAssociations(
  api: ProviderApi,
  from: string,
  to: string,
  fromIds: readonly string[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  let inputs: { id: string; after?: string }[] = [...new Set(fromIds)].map((id) => ({ id }));
  while (inputs.length > 0) {
    const [now = [], ...later] = chunks(inputs, 1_000); // batch read takes 1,000
    const { body } = await api.send({
      method: "POST",
      path: `/crm/associations/${version}/${from}/${to}/batch/read`,
      json: { inputs: now },
      effect: "read",
    });
    inputs = later.flat();
    for (const { from, to, paging } of parse(AssociationsAnswer, body, "read").results) {
      const ids = found.get(from.id) ?? [];
      found.set(from.id, [...ids, ...to.map(({ toObjectId }) => toObjectId)]);
      if (paging?.next?.after) inputs.push({ id: from.id, after: paging.next.after });
    }
  }
  return found;
}

function paging() {
  return z.object({ next: z.object({ after: z.string() }).nullish() }).nullish();
}

export function parse<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  effect: "read" | "write",
): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  // The cause would quote the body, and the body may hold personal data.
  throw unreadableAnswer("HubSpot", effect);
}
