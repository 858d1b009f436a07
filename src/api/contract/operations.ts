import { z } from "zod";
import { Instant, pageOf, pageQuery, publicId } from "./common.ts";

export const TraceQuery = z.strictObject({
  q: z.string().trim().min(1).max(300).describe("Any id, phone, e-mail, call id or CRM id."),
});

export const TraceStation = z
  .object({
    station: z.enum(["received", "eligible", "matched", "mapped", "sent", "answered", "confirmed"]),
    state: z.enum(["done", "stopped", "waiting", "skipped", "not_reached"]),
    at: Instant.nullable(),
    detail: z.string(),
    code: z.string().optional(),
    action: z.string().optional(),
  })
  .meta({ id: "TraceStation" });

const tracedFields = {
  agent_id: z.string(),
  customer_name: z.string().nullable(),
  customer_phone: z.string().nullable(),
  created_at: Instant,
  received_by: z.string(),
  paths: z.array(
    z.object({
      connection_id: publicId("connection").nullable(),
      provider: z.string(),
      state: z.string(),
      stations: z.array(TraceStation),
      links: z.array(z.object({ kind: z.string(), external_id: z.string(), url: z.string().nullable() })),
    }),
  ),
};

/** GET /v1/trace?q= */
export const Trace = z
  .object({
    query: z.string(),
    kind: z
      .enum(["call", "message", "phone", "email", "call_sync", "connection", "inbound_event", "external_id", "nothing"])
      .describe("What the query was understood as."),
    calls: z.array(z.object({ id: publicId("call"), call_id: z.string(), ...tracedFields })),
    messages: z.array(
      z.object({
        id: publicId("message"),
        message_id: z.string(),
        conversation_id: z.string().nullable(),
        direction: z.string(),
        ...tracedFields,
      }),
    ),
    never_received: z
      .object({ detail: z.string(), last_call_at: Instant.nullable(), curl: z.string() })
      .optional()
      .describe("When nothing was found: what we know, and the request that would send it."),
  })
  .meta({ id: "Trace" });
export type Trace = z.infer<typeof Trace>;

export const AuditEntry = z
  .object({
    id: z.string(),
    actor: z.string().describe("Who did it: key_…, a connect token, or system."),
    action: z.string().describe("connection.created, api_key.revoked …"),
    subject_kind: z.string(),
    subject_id: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
    request_id: z.string().nullable(),
    created_at: Instant,
  })
  .meta({ id: "AuditEntry" });
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditPage = pageOf(AuditEntry).meta({ id: "AuditPage" });

export const AuditQuery = z.strictObject({
  action: z.string().max(100).optional(),
  subject_id: z.string().max(200).optional(),
  ...pageQuery,
});

export const TimetableRun = z
  .object({ job: z.string(), started: z.boolean(), detail: z.string() })
  .meta({ id: "TimetableRun" });

/** GET /healthz and GET /readyz. */
export const Health = z
  .object({
    status: z.enum(["ok", "failing"]),
    version: z.string(),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .meta({ id: "Health" });
