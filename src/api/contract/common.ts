import { z } from "zod";
import { causeClasses, type IdKind, idPrefixes } from "#core";

/** An id as people see it: `con_` and 26 characters. */
export function publicId(kind: IdKind) {
  return z.string().meta({
    description: `A ${kind} id, ${idPrefixes[kind]}_…`,
    example: `${idPrefixes[kind]}_01jq8f0c1xe4bsm2v7h9d3kqnr`,
  });
}

/** RFC 3339, UTC. */
export const Instant = z.iso.datetime({ offset: true });

/** One page of a list, newest first. A cursor goes back unchanged in `?cursor=`. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    has_more: z.boolean().describe("There is a page after this one."),
    next_cursor: z.string().nullable(),
    prev_cursor: z.string().nullable(),
  });
}

/** What every list takes in its query. */
export const pageQuery = {
  cursor: z.string().max(500).optional().describe("next_cursor or prev_cursor of an earlier answer."),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe("Rows per page."),
};

export const FieldProblem = z
  .object({
    pointer: z.string().describe("JSON pointer into the body, or ?name for a query parameter."),
    code: z.string(),
    detail: z.string(),
  })
  .meta({ id: "FieldProblem" });

/** RFC 9457: what every failed request is answered with, as application/problem+json. */
export const Problem = z
  .object({
    type: z.string().describe("The page of this code."),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe("The path that was asked for."),
    code: z.string().describe("Stable: switch on this."),
    request_id: z.string(),
    cause_class: z.enum(causeClasses),
    retryable: z.boolean(),
    action: z.string().describe("What to do, in one sentence."),
    retry_after: z.int().optional().describe("Seconds."),
    errors: z.array(FieldProblem).optional(),
    provider: z
      .object({
        id: z.string().optional(),
        status: z.int().optional(),
        code: z.string().optional(),
        request_id: z.string().optional(),
      })
      .optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;

/** The rows that one thing is identified by, in a path. */
export const IdParams = z.object({ id: z.string().min(1).max(200) });
