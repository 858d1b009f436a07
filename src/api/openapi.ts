import { z } from "zod";
import { type ErrorCode, errorCodes } from "#core";
import { Problem } from "./contract/common.ts";
import { type PublicRoute, publicRoutes } from "./public-routes.ts";
import type { Route } from "./route.ts";

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document, made from the table of routes and its schemas. */
export function buildOpenApi(routes: readonly Route[], about: { version: string; serverUrl: string }): Json {
  const schemas: Record<string, Json> = {};
  const toSchema = (schema: z.ZodType, io: "input" | "output") => hoist(schema, io, schemas);
  const paths: Record<string, Json> = {};
  const problem = toSchema(Problem, "output");
  for (const route of routes) put(route.path, route.method, operationOf(route, toSchema));
  for (const route of publicRoutes) put(route.path, route.method, publicOperationOf(route, toSchema));
  return {
    openapi: "3.1.0",
    info: {
      title: "Tieline",
      version: about.version,
      description:
        "Keeps every call, message, contact and booking true in the CRM your customer already uses. Ids carry a prefix, instants are RFC 3339 in UTC, phone numbers E.164. Lists page by cursor, both ways. Failures are RFC 9457 problems with a stable `code`. Every POST takes an Idempotency-Key.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: about.serverUrl }],
    security: [{ apiKey: [] }],
    tags: [...new Set([...routes, ...publicRoutes].map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: "An API key, tl_…, or a connect token where a route says so.",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "tl_session",
          description: "The dashboard's cookie, from POST /login.",
        },
        cronSecret: { type: "http", scheme: "bearer", description: "The setting CRON_SECRET." },
        metricsToken: { type: "http", scheme: "bearer", description: "The setting METRICS_TOKEN." },
      },
      responses: {
        Problem: { description: "What went wrong.", content: { "application/problem+json": { schema: problem } } },
      },
    },
  };

  function put(path: string, method: string, operation: Json): void {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  }
}

type ToSchema = (schema: z.ZodType, io: "input" | "output") => Json;

function operationOf(route: Route, toSchema: ToSchema): Json {
  const { examples, audit } = route;
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    description: [
      route.description,
      `Scope: \`${route.permission}\`${route.takesConnectTokens ? ", or a connect token" : ""}.`,
      "action" in audit ? `Audited as \`${audit.action}\`.` : `Not audited: ${audit.none}.`,
    ]
      .filter(Boolean)
      .join("\n\n"),
    security: [{ apiKey: [] }, { session: [] }],
    parameters: [
      ...parametersOf(route.params, "path", toSchema),
      ...parametersOf(route.query, "query", toSchema),
      ...headersOf(route),
    ],
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse({}).success,
        content: {
          "application/json": {
            schema: toSchema(route.body, "input"),
            ...(examples?.body !== undefined && { example: examples.body }),
          },
        },
      },
    }),
    responses: {
      [route.reply.status]: goodResponse(route.reply, toSchema, examples?.reply),
      ...Object.fromEntries(
        (route.alsoReplies ?? []).map((reply) => [reply.status, goodResponse(reply, toSchema, undefined)]),
      ),
      ...problemResponses([...commonErrors(route), ...route.errors]),
    },
  };
}

function publicOperationOf(route: PublicRoute, toSchema: ToSchema): Json {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description && { description: route.description }),
    security: route.security === "none" ? [] : [{ [route.security]: [] }],
    parameters: names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...(route.body && {
      requestBody: { required: true, content: { "application/json": { schema: toSchema(route.body, "input") } } },
    }),
    responses: {
      [route.reply.status]: goodResponse(route.reply, toSchema, undefined),
      ...problemResponses(route.errors),
    },
  };
}

/** What every route behind the door can answer. */
function commonErrors(route: Route): ErrorCode[] {
  return [
    "auth.unauthenticated",
    "auth.forbidden",
    "request.rate_limited",
    ...(route.tenant === "required" ? (["tenant.required"] as const) : []),
    ...(route.body ? (["request.malformed", "request.unsupported_media_type", "request.too_large"] as const) : []),
    ...(route.method === "POST" ? (["idempotency.mismatch", "idempotency.in_flight"] as const) : []),
    "internal.unexpected",
    "db.unavailable",
  ];
}

function problemResponses(codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy(new Set(codes), (code) => errorCodes[code].status);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, there]) => [
        status,
        {
          description: there.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join("\n\n"),
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      ]),
  );
}

function goodResponse(
  reply: { description: string; schema: z.ZodType | null; contentType?: string },
  toSchema: ToSchema,
  example: unknown,
): Json {
  const { description, schema, contentType = "application/json" } = reply;
  if (!schema) return { description, ...(contentType !== "application/json" && { content: { [contentType]: {} } }) };
  return {
    description,
    content: { [contentType]: { schema: toSchema(schema, "output"), ...(example !== undefined && { example }) } },
  };
}

function parametersOf(schema: z.ZodType | undefined, place: "path" | "query", toSchema: ToSchema): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = toSchema(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

function headersOf(route: Route): Json[] {
  const header = (name: string, description: string) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string" },
  });
  return [
    header("Tieline-Tenant", "The tenant, by id or external_id; needed with a host key where the route is a tenant's."),
    ...(route.method === "POST" ? [header("Idempotency-Key", "The same key and body run once, for 24 hours.")] : []),
    ...(route.method === "PATCH" && route.errors.includes("request.precondition_failed")
      ? [header("If-Match", "The ETag that was read; a change in between answers 412.")]
      : []),
  ];
}

/** `POST /v1/connections/{id}/pause` → `post_connections_id_pause`. */
function operationId({ method, path }: { method: string; path: string }): string {
  const words = path.replace(/^\/v1\//, "").match(/\w+/g) ?? [];
  return [method.toLowerCase(), ...words].join("_").replaceAll("-", "_");
}

/** A schema as JSON Schema; named ones move to the components. */
function hoist(schema: z.ZodType, io: "input" | "output", schemas: Record<string, Json>): Json {
  const {
    $schema: _,
    $defs,
    ...rest
  } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json & {
    $defs?: Record<string, Json>;
  };
  for (const [name, definition] of Object.entries($defs ?? {})) {
    const moved = pointAtComponents(definition);
    // Readers must let new fields of an answer pass by, so answers are not closed.
    if (io === "output") delete moved.additionalProperties;
    schemas[name] ??= moved;
  }
  return pointAtComponents(rest);
}

function pointAtComponents<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/')) as T;
}
