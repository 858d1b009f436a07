import { Readable } from "node:stream";
import { toPublicId } from "#core";
import { IdParams } from "../contract/common.ts";
import { TestReport, TestRequest } from "../contract/connections.ts";
import type { CheckLine, CheckReport, ConnectionsPort } from "../ports.ts";
import { defineRoute, type Route } from "../route.ts";
import { found, idFrom } from "./common.ts";

/** One click, a checklist: sign-in, scopes, reads and, when asked for, a marked write. */
export function connectionTestRoutes({
  connections,
}: {
  connections: Pick<ConnectionsPort, "read" | "test">;
}): Route[] {
  return [
    defineRoute({
      method: "POST",
      path: "/v1/connections/{id}/test",
      tag: "Connections",
      summary: "Test a connection",
      description:
        "With `Accept: application/x-ndjson` each line of the checklist comes when it is known (a TestLine per row), and the TestReport last.",
      permission: "connections:write",
      tenant: "required",
      audit: { action: "connection.tested", subject: "connection" },
      params: IdParams,
      body: TestRequest,
      reply: { status: 200, description: "The finished checklist.", schema: TestReport },
      errors: ["request.not_found"],
      examples: {
        body: { writes: false },
        reply: {
          ok: true,
          started_at: "2026-02-15T14:30:00.000Z",
          duration_ms: 212,
          lines: [
            {
              id: "sign_in",
              label: "Sign in",
              state: "passed",
              detail: "Signed in to acme.hubspot.com.",
              duration_ms: 84,
              code: null,
              action: null,
            },
          ],
        },
      },
      async handle({ tenantId, params, body, http, onGone }) {
        const id = idFrom("connection", params.id);
        found("connection", await connections.read(tenantId, id));
        const audit = { subjectId: toPublicId("connection", id), detail: { writes: body.writes } };
        const stop = new AbortController();
        const run = async (onLine?: (line: CheckLine) => void) =>
          found(
            "connection",
            await connections.test(tenantId, id, {
              writes: body.writes,
              ...(onLine && { onLine }),
              signal: stop.signal,
            }),
          );
        if (!http.headers.accept?.includes("application/x-ndjson")) return { body: await run(), audit };
        // Whoever closes the page stops the test.
        onGone(() => stop.abort(new Error("The caller went away.")));
        return { lines: follow(run), audit };
      },
    }),
  ];
}

/** The checklist as it grows, and the report at its end. */
function follow(run: (onLine: (line: CheckLine) => void) => Promise<CheckReport>): AsyncIterable<unknown> {
  const lines = new Readable({ objectMode: true, read() {} });
  run((line) => lines.push(line)).then(
    (report) => {
      lines.push(report);
      lines.push(null);
    },
    (error) => lines.destroy(error),
  );
  return lines;
}
