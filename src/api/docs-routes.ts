import type { FastifyInstance } from "fastify";
import { PlatformError } from "#core";
import { apiReferencePage } from "./pages/api-reference.ts";
import { errorIndexPage, errorPage } from "./pages/error-pages.ts";
import { pageHeaders } from "./pages/html.ts";

/** The OpenAPI document and the pages made from it and from the error table. Built on first use, then kept. */
export function registerDocs(server: FastifyInstance, openApi: () => Record<string, unknown>): void {
  const document = once(openApi);
  const json = once(() => JSON.stringify(document()));
  const reference = once(() => apiReferencePage(document() as unknown as Parameters<typeof apiReferencePage>[0]));
  const headers = { ...pageHeaders, "cache-control": "public, max-age=300" };

  server.get("/openapi.json", (_request, reply) =>
    reply
      .headers({ "content-type": "application/json; charset=utf-8", "cache-control": "public, max-age=300" })
      .send(json()),
  );
  server.get("/docs/api", (_request, reply) => reply.headers(headers).send(reference()));
  server.get("/docs/errors", (_request, reply) => reply.headers(headers).send(errorIndexPage()));
  server.get<{ Params: { code: string } }>("/docs/errors/:code", (request, reply) => {
    const html = errorPage(request.params.code);
    if (html === null) throw new PlatformError("request.not_found", "There is no such error code. See /docs/errors.");
    return reply.headers(headers).send(html);
  });
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
