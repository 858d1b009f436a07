import { z } from "zod";
import { callSteps } from "#connector-kit";
import { causeClasses } from "#core";
import { Appointment, CompletedCall } from "#model";
import { FieldProblem, Instant, pageOf, pageQuery, publicId } from "./common.ts";

/** The message of contract 1, as POST /v1/calls takes it and Zapier receives it. */
export const CallCompleted = z
  .strictObject({
    action: z.literal("call_completed").default("call_completed"),
    call: CompletedCall.meta({ id: "CompletedCall" }),
    timestamp: Instant.optional(),
  })
  .meta({ id: "CallCompleted" });
export type CallCompleted = z.infer<typeof CallCompleted>;

/** 202: committed, its syncs are on their way. 200: the same call with the same body was here before. */
export const CallAccepted = z
  .object({
    status: z.enum(["accepted", "duplicate"]),
    id: publicId("call"),
    call_id: z.string(),
    routed_to: z.int().nullable().describe("How many connections take it; null for a duplicate."),
  })
  .meta({ id: "CallAccepted" });
export type CallAccepted = z.infer<typeof CallAccepted>;

export const syncStates = ["none", "waiting", "done", "skipped", "dead"] as const;

export const Call = z
  .object({
    id: publicId("call"),
    call_id: z.string().describe("The host's own id."),
    agent_id: z.string(),
    customer_name: z.string().nullable(),
    customer_phone: z.string().nullable().describe("E.164; null when what came is not a phone number."),
    customer_email: z.string().nullable(),
    call_outcome: z.string().nullable(),
    call_summary: z.string().nullable(),
    call_sentiment: z.string().nullable(),
    transcript: z.string().nullable(),
    recording_url: z.string().nullable(),
    started_at: Instant.nullable(),
    ended_at: Instant.nullable(),
    duration_seconds: z.int().nullable(),
    appointment_booked: Appointment.nullable(),
    extra: z.record(z.string(), z.unknown()).describe("Fields beyond the contract; they can be mapped."),
    source: z.enum(["api", "retell", "sql", "import"]),
    sync_state: z.enum(syncStates).describe("The worst of its syncs; none when no connection takes it."),
    created_at: Instant,
  })
  .meta({ id: "Call" });
export type Call = z.infer<typeof Call>;

export const CallPage = pageOf(Call).meta({ id: "CallPage" });

export const CallQuery = z.strictObject({
  agent_id: z.string().max(200).optional(),
  connection_id: z.string().max(200).optional(),
  sync_state: z.enum(syncStates).optional(),
  q: z.string().max(200).optional().describe("A phone, an e-mail or a call id."),
  "created_at[gte]": Instant.optional(),
  "created_at[lt]": Instant.optional(),
  ...pageQuery,
});

export const CallSyncStep = z
  .object({
    step: z.enum(callSteps),
    outcome: z.string().describe("created, updated, linked, unchanged, skipped, failed."),
    external_id: z.string().nullable(),
    url: z.string().nullable().describe("The record at the provider."),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    duration_ms: z.int().nullable(),
    finished_at: Instant,
  })
  .meta({ id: "CallSyncStep" });

export const callSyncStates = ["queued", "running", "done", "skipped", "dead"] as const;

export const CallSync = z
  .object({
    id: publicId("callSync"),
    call_id: publicId("call"),
    connection_id: publicId("connection"),
    provider: z.string(),
    state: z.enum(callSyncStates),
    reason: z.string().nullable().describe("The rule that skipped it, or the error code."),
    detail: z.string().nullable(),
    cause_class: z.enum(causeClasses).nullable(),
    attempts: z.int(),
    due_at: Instant.nullable(),
    finished_at: Instant.nullable(),
    created_at: Instant,
    steps: z.array(CallSyncStep),
  })
  .meta({ id: "CallSync" });
export type CallSync = z.infer<typeof CallSync>;

export const CallSyncList = z.object({ data: z.array(CallSync) }).meta({ id: "CallSyncList" });
export const CallSyncPage = pageOf(CallSync).meta({ id: "CallSyncPage" });

export const CallSyncQuery = z.strictObject({
  connection_id: z.string().max(200).optional(),
  state: z.enum(callSyncStates).optional(),
  ...pageQuery,
});

export const CallRetry = z
  .strictObject({
    connection_id: z.string().max(200).optional().describe("Only this connection's sync."),
    even_skipped: z.boolean().default(false).describe("Sync anyway what a rule left out."),
  })
  .meta({ id: "CallRetry" });

/** POST /v1/calls/import: many historical calls, each judged by itself. */
export const CallImport = z
  .strictObject({ calls: z.array(z.unknown()).min(1).max(1_000).describe("CompletedCall objects.") })
  .meta({ id: "CallImport" });

export const CallImported = z
  .object({
    id: publicId("import"),
    accepted: z.int(),
    duplicates: z.int(),
    rejected: z.int(),
    results: z.array(
      z.object({
        status: z.enum(["accepted", "duplicate", "refused"]),
        id: publicId("call").nullable(),
        call_id: z.string().nullable(),
        code: z.string().nullable(),
        detail: z.string().nullable(),
        errors: z.array(FieldProblem).optional(),
      }),
    ),
  })
  .meta({ id: "CallImported" });
export type CallImported = z.infer<typeof CallImported>;

/** GET /v1/calls/import/{id}. */
export const CallImportProgress = z
  .object({
    id: publicId("import"),
    accepted: z.int(),
    duplicates: z.int(),
    rejected: z.int(),
    waiting: z.int(),
    done: z.int(),
    skipped: z.int(),
    dead: z.int(),
  })
  .meta({ id: "CallImportProgress" });
