import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PlatformError } from "#core";

export type LimitName = "key" | "intake" | "address" | "login" | "refused";

/** Requests per minute and process. `key` and `intake` count by key, the others by the sender's address: public routes, sign-ins, requests whose key was refused. */
export type RequestLimits = Record<LimitName, number>;

/** One counter per policy; each answer says what is left, as the RateLimit header fields of the IETF draft. */
export function createRateLimits(server: FastifyInstance, limits: RequestLimits) {
  const counters = Object.fromEntries(
    (Object.keys(limits) as LimitName[]).map((name) => [
      name,
      server.createRateLimit({
        max: limits[name],
        timeWindow: 60_000,
        keyGenerator: (request) => `${name}:${request.principal?.id ?? request.ip}`,
      }),
    ]),
  ) as Record<LimitName, ReturnType<FastifyInstance["createRateLimit"]>>;
  const policies = Object.fromEntries(Object.entries(limits).map(([name, max]) => [name, `"${name}";q=${max};w=60`]));

  return async function count(name: LimitName, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const limit = await counters[name](request);
    if (limit.isAllowed) return;
    reply.header("ratelimit-policy", policies[name]);
    reply.header("ratelimit", `"${name}";r=${limit.remaining};t=${limit.ttlInSeconds}`);
    if (limit.isExceeded)
      throw new PlatformError("request.rate_limited", `More than ${limit.max} requests in a minute.`, {
        retryAfterMs: limit.ttl,
      });
  };
}

export type CountRequest = ReturnType<typeof createRateLimits>;
