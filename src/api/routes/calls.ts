import { z } from "zod";
import type { AcceptedCall, CallSummary, CallSyncView, Calls } from "#calls";
import { type CallId, type CauseClass, type ConnectionId, PlatformError, type TenantId, toPublicId } from "#core";
import type { Db } from "#db";
import { CompletedCall } from "#model";
import {
  Call,
  CallAccepted,
  CallCompleted,
  CallImport,
  CallImported,
  CallImportProgress,
  CallPage,
  CallQuery,
  CallRetry,
  type CallSync,
  CallSyncList,
  CallSyncPage,
  CallSyncQuery,
} from "../contract/calls.ts";
import { IdParams } from "../contract/common.ts";
import { Retried } from "../contract/connections.ts";
import { toPageBody } from "../paging.ts";
import { defineRoute, type Route } from "../route.ts";
import { agentIdFor } from "./agents.ts";
import { aCallMessage, aCallSync, aStoredCall } from "./call-examples.ts";
import { found, idFrom, shown } from "./common.ts";

/** Finished calls, in and out. */
export function callRoutes({ db, calls }: { db: Db; calls: Calls }): Route[] {
  return [
    defineRoute({
      method: "POST",
      path: "/v1/calls",
      tag: "Calls",
      summary: "Hand over a finished call",
      description:
        "202 means committed: the call, its event and its way into each connected CRM are stored together. The call_id is the call's identity: the same body again answers 200 and changes nothing, another body answers 409. Takes the message, or the call alone.",
      permission: "calls:write",
      tenant: "required",
      audit: { none: "the stored call is the record of itself" },
      limit: "intake",
      body: z.union([CallCompleted, CompletedCall]),
      bodyFor: (body) => ({ schema: isMessage(body) ? CallCompleted : CompletedCall }),
      reply: { status: 202, description: "Accepted: committed, and on its way.", schema: CallAccepted },
      alsoReplies: [{ status: 200, description: "The same call was accepted before.", schema: CallAccepted }],
      errors: ["request.invalid", "call.conflict", "db.unavailable"],
      examples: {
        body: aCallMessage,
        reply: { status: "accepted", id: "cal_01jq8f0c1xe4bsm2v7h9d3kqnr", call_id: "call_abc123", routed_to: 2 },
      },
      async handle({ tenantId, body }) {
        const isWhole = isMessage(body);
        const accepted = await calls.accept(tenantId, (isWhole ? body.call : body) as CompletedCall, "api");
        if (accepted.status === "refused") throw refusal(accepted, isWhole ? "/call" : "");
        const id = toPublicId("call", accepted.id);
        const answer: CallAccepted = {
          status: accepted.status,
          id,
          call_id: accepted.callId,
          routed_to: accepted.status === "accepted" ? accepted.routedTo : null,
        };
        const status = accepted.status === "accepted" ? 202 : 200;
        return { status, body: answer, headers: { location: `/v1/calls/${id}` } };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/v1/calls",
      tag: "Calls",
      summary: "List calls",
      permission: "calls:read",
      tenant: "required",
      audit: { none: "a read" },
      query: CallQuery,
      reply: { status: 200, description: "A page of calls.", schema: CallPage },
      errors: ["request.invalid"],
      async handle({ tenantId, query }) {
        const { agent_id, connection_id, sync_state, q, cursor, limit } = query;
        const agentId = await agentIdFor(db, tenantId, agent_id);
        const filter = {
          ...(agentId && { agentId }),
          ...(connection_id && { connectionId: idFrom("connection", connection_id) }),
          ...(sync_state && { syncState: sync_state }),
          ...(q && { q }),
          ...(query["created_at[gte]"] && { createdFrom: query["created_at[gte]"] }),
          ...(query["created_at[lt]"] && { createdTo: query["created_at[lt]"] }),
        };
        const page = await calls.list(tenantId, filter, { ...(cursor && { cursor }), limit });
        return { body: toPageBody(page, presentCall) };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/v1/calls/import",
      tag: "Calls",
      summary: "Import historical calls",
      description: "Each call is judged by itself. Their syncs wait behind all live work.",
      permission: "calls:write",
      tenant: "required",
      audit: { action: "calls.imported", subject: "call_import" },
      bodyLimitBytes: 20 * 1_048_576,
      body: CallImport,
      reply: { status: 202, description: "What became of each call.", schema: CallImported },
      errors: ["request.invalid", "request.too_large"],
      examples: {
        body: { calls: [aCallMessage.call] },
        reply: {
          id: "imp_01jq8f0c1xe4bsm2v7h9d3kqnr",
          accepted: 1,
          duplicates: 0,
          rejected: 0,
          results: [
            {
              status: "accepted",
              id: "cal_01jq8f0c1xe4bsm2v7h9d3kqnr",
              call_id: "call_abc123",
              code: null,
              detail: null,
            },
          ],
        },
      },
      async handle({ tenantId, body }) {
        const { id, results } = await calls.import(tenantId, body.calls);
        const count = (status: AcceptedCall["status"]) => results.filter((result) => result.status === status).length;
        const answer = {
          id: toPublicId("import", id),
          accepted: count("accepted"),
          duplicates: count("duplicate"),
          rejected: count("refused"),
          results: results.map(presentResult),
        };
        const { results: _, ...counts } = answer;
        return {
          body: answer,
          headers: { location: `/v1/calls/import/${answer.id}` },
          audit: { subjectId: answer.id, detail: counts },
        };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/v1/calls/import/{id}",
      tag: "Calls",
      summary: "See how far an import is",
      permission: "calls:read",
      tenant: "required",
      audit: { none: "a read" },
      params: IdParams,
      reply: { status: 200, description: "The import's counts.", schema: CallImportProgress },
      errors: ["request.not_found"],
      async handle({ tenantId, params }) {
        const id = idFrom("import", params.id);
        const progress = found("import", await calls.importProgress(tenantId, id));
        const { accepted, duplicates, rejected, waiting, done, skipped, dead } = progress;
        return {
          body: { id: toPublicId("import", id), accepted, duplicates, rejected, waiting, done, skipped, dead },
        };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/v1/calls/{id}",
      tag: "Calls",
      summary: "Read a call",
      description: "By our id, or by the host's own call_id.",
      permission: "calls:read",
      tenant: "required",
      audit: { none: "a read" },
      params: IdParams,
      reply: { status: 200, description: "The call.", schema: Call },
      errors: ["request.not_found"],
      examples: { reply: aStoredCall },
      handle: async ({ tenantId, params }) => ({ body: presentCall(await readCall(tenantId, params.id)) }),
    }),
    defineRoute({
      method: "GET",
      path: "/v1/calls/{id}/syncs",
      tag: "Calls",
      summary: "See a call's way into each CRM",
      permission: "calls:read",
      tenant: "required",
      audit: { none: "a read" },
      params: IdParams,
      reply: { status: 200, description: "One sync per connection, with its steps.", schema: CallSyncList },
      errors: ["request.not_found"],
      examples: { reply: { data: [aCallSync] } },
      async handle({ tenantId, params }) {
        const call = await readCall(tenantId, params.id);
        return { body: { data: (await calls.syncs(tenantId, call.id as CallId)).map(presentSync) } };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/v1/calls/{id}/retry",
      tag: "Calls",
      summary: "Try a call's dead syncs again",
      description: "With even_skipped also what a rule left out.",
      permission: "calls:write",
      tenant: "required",
      audit: { action: "call.retried", subject: "call" },
      params: IdParams,
      body: CallRetry,
      reply: { status: 200, description: "How many were set going.", schema: Retried },
      errors: ["request.not_found", "request.invalid"],
      examples: { body: { even_skipped: true }, reply: { retried: 1 } },
      async handle({ tenantId, params, body }) {
        const call = await readCall(tenantId, params.id);
        const retried = await calls.retry(tenantId, call.id as CallId, {
          ...(body.connection_id && { connectionId: idFrom("connection", body.connection_id) as ConnectionId }),
          evenSkipped: body.even_skipped,
        });
        return { body: { retried }, audit: { subjectId: shown("call", call.id), detail: { retried } } };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/v1/call-syncs",
      tag: "Calls",
      summary: "List call syncs",
      permission: "calls:read",
      tenant: "required",
      audit: { none: "a read" },
      query: CallSyncQuery,
      reply: { status: 200, description: "A page of syncs.", schema: CallSyncPage },
      errors: ["request.invalid"],
      async handle({ tenantId, query }) {
        const { connection_id, state, cursor, limit } = query;
        const filter = {
          ...(connection_id && { connectionId: idFrom("connection", connection_id) }),
          ...(state && { state }),
        };
        const page = await calls.listSyncs(tenantId, filter, { ...(cursor && { cursor }), limit });
        return { body: toPageBody(page, presentSync) };
      },
    }),
  ];

  async function readCall(tenantId: TenantId, id: string): Promise<CallSummary> {
    return found("call", await calls.read(tenantId, id));
  }
}

function isMessage(body: unknown): body is CallCompleted {
  return typeof body === "object" && body !== null && "call" in body && typeof body.call === "object";
}

function refusal(refused: Extract<AcceptedCall, { status: "refused" }>, at: string): PlatformError {
  const errors = refused.errors?.map((error) => ({ ...error, pointer: `${at}${error.pointer}` }));
  return new PlatformError(refused.code, refused.detail, errors ? { errors } : {});
}

function presentCall(call: CallSummary): Call {
  return {
    id: toPublicId("call", call.id),
    call_id: call.call_id,
    agent_id: shown("agent", call.agent_id),
    customer_name: call.customer_name,
    customer_phone: call.customer_phone,
    customer_email: call.customer_email,
    call_outcome: call.call_outcome,
    call_summary: call.call_summary,
    call_sentiment: call.call_sentiment,
    transcript: call.transcript,
    recording_url: call.recording_url,
    started_at: call.started_at,
    ended_at: call.ended_at,
    duration_seconds: call.duration_seconds,
    appointment_booked: call.appointment_booked,
    extra: call.extra,
    source: call.source,
    sync_state: call.sync_state,
    created_at: call.created_at,
  };
}

function presentSync(sync: CallSyncView): CallSync {
  return {
    ...sync,
    id: toPublicId("callSync", sync.id),
    call_id: toPublicId("call", sync.call_id),
    connection_id: toPublicId("connection", sync.connection_id),
    cause_class: sync.cause_class as CauseClass | null,
  };
}

function presentResult(result: AcceptedCall) {
  const isRefused = result.status === "refused";
  return {
    status: result.status,
    id: isRefused ? null : toPublicId("call", result.id),
    call_id: result.callId,
    code: isRefused ? result.code : null,
    detail: isRefused ? result.detail : null,
    ...(isRefused && result.errors && { errors: result.errors }),
  };
}
