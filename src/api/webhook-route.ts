import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { InboundWebhooks } from "#webhooks";
import type { CountRequest } from "./rate-limits.ts";

/** Where providers send their webhooks. The body stays as it came: what was signed are its bytes. */
export function registerWebhooks(
  server: FastifyInstance,
  deps: { inbound: Pick<InboundWebhooks, "receive">; count: CountRequest; publicUrl: string; bodyLimitBytes: number },
): void {
  const { inbound, count, publicUrl, bodyLimitBytes } = deps;
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: bodyLimitBytes }, (_request, body, done) =>
      done(null, body),
    );
    const onRequest = (request: FastifyRequest, reply: FastifyReply) => count("address", request, reply);
    scope.post<{ Params: { provider: string } }>(
      "/webhooks/:provider",
      { onRequest, bodyLimit: bodyLimitBytes },
      (request, reply) => receive(request, reply, request.params.provider, null),
    );
    scope.post<{ Params: { provider: string; key: string } }>(
      "/webhooks/:provider/:key",
      { onRequest, bodyLimit: bodyLimitBytes },
      (request, reply) => receive(request, reply, request.params.provider, request.params.key),
    );
  });

  async function receive(request: FastifyRequest, reply: FastifyReply, provider: string, key: string | null) {
    await inbound.receive({
      provider,
      key,
      method: request.method,
      url: `${publicUrl}${request.url}`,
      headers: single(request.headers),
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    });
    return reply.code(204).send();
  }
}

function single(headers: FastifyRequest["headers"]): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}
