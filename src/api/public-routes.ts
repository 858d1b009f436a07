import { z } from "zod";
import type { ErrorCode } from "#core";
import { Health, TimetableRun } from "./contract/operations.ts";
import { LoginRequest, Session } from "./contract/session.ts";

/** A route outside the table: no API key opens it. Here is what the document says of it. */
export interface PublicRoute {
  method: "GET" | "POST";
  path: string;
  tag: string;
  summary: string;
  description?: string;
  body?: z.ZodType;
  reply: { status: number; description: string; schema: z.ZodType | null; contentType?: string };
  errors: ErrorCode[];
  /** `none`, or the bearer secret it takes. */
  security: "none" | "cronSecret" | "metricsToken";
}

export const publicRoutes: readonly PublicRoute[] = [
  {
    method: "POST",
    path: "/login",
    tag: "Session",
    summary: "Sign in with an API key",
    description: "Sets a cookie that scripts cannot read. Changes made with it need the header `Tieline-Session: 1`.",
    body: LoginRequest,
    reply: { status: 200, description: "Signed in.", schema: Session },
    errors: ["auth.unauthenticated", "request.invalid", "request.rate_limited"],
    security: "none",
  },
  {
    method: "POST",
    path: "/logout",
    tag: "Session",
    summary: "Sign out",
    reply: { status: 204, description: "The cookie is gone.", schema: null },
    errors: [],
    security: "none",
  },
  {
    method: "GET",
    path: "/oauth/{provider}/start/{code}",
    tag: "Connect",
    summary: "Begin a sign-in in this browser",
    description: "The address that POST /v1/connections/oauth answers. Sets a cookie and leads to the provider.",
    reply: { status: 302, description: "To the provider's consent page.", schema: null },
    errors: ["connect.state_invalid"],
    security: "none",
  },
  {
    method: "GET",
    path: "/oauth/{provider}/callback",
    tag: "Connect",
    summary: "Come back from the provider",
    description: "The redirect URL to register at the provider. Answers a page for people.",
    reply: { status: 200, description: "The account is connected.", schema: null, contentType: "text/html" },
    errors: ["connect.state_invalid", "connect.denied", "connect.exchange_failed", "connect.account_mismatch"],
    security: "none",
  },
  ...["/webhooks/{provider}", "/webhooks/{provider}/{key}"].map(
    (path): PublicRoute => ({
      method: "POST",
      path,
      tag: "Webhooks in",
      summary: path.endsWith("{key}")
        ? "A provider's webhook, for one connection"
        : "A provider's webhook, for our app there",
      description: "Verified against the provider's signature and stored before it is answered.",
      body: z.unknown().describe("The provider's own body, byte for byte as it was signed."),
      reply: { status: 204, description: "Stored.", schema: null },
      errors: [
        "webhook.signature_missing",
        "webhook.signature_invalid",
        "webhook.timestamp_stale",
        "webhook.unknown_key",
        "provider.unknown",
        "request.too_large",
        "db.unavailable",
      ],
      security: "none",
    }),
  ),
  {
    method: "POST",
    path: "/v1/timetable/{job}/run",
    tag: "Operations",
    summary: "Run recurring work now",
    description:
      "For hosts with an external cron: `Authorization: Bearer $CRON_SECRET`. Without CRON_SECRET there is no such route.",
    reply: { status: 200, description: "What was done.", schema: TimetableRun },
    errors: ["auth.unauthenticated", "request.not_found"],
    security: "cronSecret",
  },
  {
    method: "GET",
    path: "/healthz",
    tag: "Operations",
    summary: "See that the process answers",
    reply: { status: 200, description: "It does.", schema: Health },
    errors: [],
    security: "none",
  },
  {
    method: "GET",
    path: "/readyz",
    tag: "Operations",
    summary: "See that database and workers are there",
    description: "503 with the same body while one of them is not, and while the process stops.",
    reply: { status: 200, description: "Ready for requests.", schema: Health },
    errors: [],
    security: "none",
  },
  {
    method: "GET",
    path: "/metrics",
    tag: "Operations",
    summary: "Read the metrics",
    description:
      "Prometheus text, with `Authorization: Bearer $METRICS_TOKEN`. Without METRICS_TOKEN there is no such route.",
    reply: { status: 200, description: "The metrics.", schema: null, contentType: "text/plain" },
    errors: ["auth.unauthenticated", "request.not_found"],
    security: "metricsToken",
  },
];
