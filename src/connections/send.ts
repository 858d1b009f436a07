import type {
  AuthStrategy,
  ConnectionView,
  Connector,
  Priority,
  ProviderAnswer,
  ProviderApi,
  ProviderRequest,
} from "#connector-kit";
import { type Clock, PlatformError, sleep, toPlatformError } from "#core";
import type { Breaker } from "./breaker.ts";
import type { Budgets } from "./budgets.ts";
import type { Log, Metrics } from "./config.ts";
import { type Credentials, signInHeaders, webhookUrlOf } from "./credentials.ts";
import type { Governor } from "./governor.ts";
import { type Http, type HttpAnswer, HttpFailure, type HttpRequest } from "./http.ts";
import { outage } from "./in-use.ts";
import { toProviderUrl, withQuery } from "./provider-url.ts";

/** One connection in use. */
export interface Session {
  connector: Connector;
  strategy: AuthStrategy;
  view: ConnectionView;
  base(host?: "api" | "auth"): string;
  budgets: Budgets;
  credentials: Credentials;
  /** Null where nothing can be renewed. */
  renew: ((stale: Credentials) => Promise<Credentials>) | null;
  /** Null for a draft. */
  breaker: Breaker | null;
  /** The provider refused the sign-in for good; answers what to throw. */
  onRefused(error: PlatformError): Promise<PlatformError>;
  onBreak?(until: number, error: PlatformError): Promise<void>;
  onSuccess?(): Promise<void>;
  priority: Priority;
  signal?: AbortSignal;
}

export interface Shared {
  http: Http;
  governor: Governor;
  clock: Clock;
  log: Log;
  metrics: Metrics | undefined;
}

const timeoutMs = 10_000;
/** A token that runs out within this span is renewed before it is used. */
const renewAheadMs = 60_000;
const mostRetries = 2;
/** A read that is told to wait this long at most waits in place. */
const longestPatienceMs = 1_000;
const userAgent = "Tieline/0.1";

/** The provider's API for one connection: sign-in, budgets, retries, time-outs and the breaker are in here. */
export function createApi(session: Session, shared: Shared): ProviderApi {
  const { connector, breaker } = session;
  const { http, governor, clock, log, metrics } = shared;
  return { connection: session.view, send };

  async function send<Body>(request: ProviderRequest): Promise<ProviderAnswer<Body>> {
    const budgets = request.buckets ? session.budgets.named(request.buckets) : session.budgets.byDefault;
    let retries = 0;
    let wasRenewed = false;
    for (;;) {
      await renewAhead();
      const used = session.credentials;
      const outcome = await attempt(request, budgets, used);
      if (!(outcome instanceof PlatformError)) return outcome as ProviderAnswer<Body>;
      if (outcome.disposition === "reauthorize") {
        if (wasRenewed || !session.renew) throw await session.onRefused(outcome);
        wasRenewed = true;
        await renew(used);
      } else if (request.effect === "read" && retries < mostRetries && mayRepeat(outcome)) {
        retries++;
        await sleep(outcome.retryAfterMs ?? retries * 200 * (0.5 + Math.random()), session.signal);
      } else throw outcome;
    }
  }

  /** One request on the wire: its answer, or what its failure means. Throws when it could not be sent at all. */
  async function attempt(
    request: ProviderRequest,
    budgets: Budgets["byDefault"],
    credentials: Credentials,
  ): Promise<ProviderAnswer | PlatformError> {
    const message = toMessage(request, credentials);
    const closedMs = breaker?.peekMs() ?? 0;
    if (closedMs > 0) throw outage(closedMs);
    await governor.take(budgets, session);
    const waitMs = breaker?.enter() ?? 0;
    if (waitMs > 0) throw outage(waitMs);
    const startedAt = performance.now();
    const result = await http.send(message).then(
      (answer) => judge(request, budgets, answer),
      (failure) => toError(request, failure),
    );
    const ms = performance.now() - startedAt;
    await afterwards(() => report(request, result, ms));
    if (result instanceof PlatformError) {
      if (result.code === "provider.rate_limited") {
        await afterwards(() => governor.pause(budgets, result.retryAfterMs ?? intervalOf(budgets)));
      }
      return result;
    }
    await afterwards(() => governor.observe(budgets, result.headers));
    return result;
  }

  // What we note must not turn an answer into a failure: the write has happened.
  async function afterwards(note: () => Promise<void>): Promise<void> {
    try {
      await note();
    } catch (error) {
      log.warn({ connectionId: session.view.id, error: String(error) }, "What a request showed could not be noted.");
    }
  }

  function toMessage(request: ProviderRequest, { secret }: Credentials): HttpRequest {
    const headers: Record<string, string> = { accept: "application/json", "user-agent": userAgent };
    let body: string | undefined;
    if (request.json !== undefined) {
      body = JSON.stringify(request.json);
      headers["content-type"] = "application/json";
    } else if (request.form) {
      body = new URLSearchParams(request.form).toString();
      headers["content-type"] = "application/x-www-form-urlencoded";
    }
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
    for (const [name, value] of Object.entries(signInHeaders(session.strategy, secret)))
      headers[name.toLowerCase()] = value;
    const url =
      session.strategy.kind === "webhook_url"
        ? withQuery(webhookUrlOf(session.strategy, secret), request.query)
        : toProviderUrl(session.base(request.host), request.path, request.query);
    return {
      method: request.method,
      url,
      headers,
      ...(body !== undefined && { body }),
      timeoutMs: request.timeoutMs ?? timeoutMs,
      signal: session.signal,
    };
  }

  function judge(
    request: ProviderRequest,
    budgets: Budgets["byDefault"],
    answer: HttpAnswer,
  ): ProviderAnswer | PlatformError {
    const { status, headers } = answer;
    if ((status >= 200 && status < 300) || request.accept?.includes(status)) return answer;
    const body = typeof answer.body === "string" ? answer.body.slice(0, 2_000) : answer.body;
    const said = connector.classify({ request, status, headers, body, intervalMs: intervalOf(budgets) });
    const error = withProvider(said, status);
    // A fault behind the provider's door may have come before or after the write.
    if (
      request.effect === "write" &&
      status >= 500 &&
      error.disposition === "retry" &&
      error.code !== "provider.rate_limited"
    ) {
      return ambiguous(`The provider answered ${status} to a write, which may have happened all the same.`, error);
    }
    return error;
  }

  function toError(request: ProviderRequest, failure: unknown): PlatformError {
    if (!(failure instanceof HttpFailure)) return toPlatformError(failure);
    const detail = `${connector.name}: ${failure.message}.`;
    if (request.effect === "write" && failure.mayHaveArrived) return ambiguous(detail, failure);
    const isMalformed = failure.reason === "malformed" || failure.reason === "too_large";
    return new PlatformError(isMalformed ? "provider.malformed_answer" : "provider.network", detail, {
      cause: failure,
      provider: { id: connector.id },
    });
  }

  function ambiguous(detail: string, cause: Error): PlatformError {
    const said = cause instanceof PlatformError ? cause : undefined;
    return new PlatformError("provider.ambiguous", detail, {
      cause,
      provider: { id: connector.id, ...said?.provider },
      ...(said?.retryAfterMs !== undefined && { retryAfterMs: said.retryAfterMs }),
    });
  }

  function withProvider(error: PlatformError, status: number): PlatformError {
    return new PlatformError(error.code, error.message, {
      cause: error.cause,
      provider: { id: connector.id, status, ...error.provider },
      ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
      ...(error.errors && { errors: error.errors }),
    });
  }

  async function report(request: ProviderRequest, result: ProviderAnswer | PlatformError, ms: number): Promise<void> {
    const code = result instanceof PlatformError ? result.code : "ok";
    metrics?.request({ provider: connector.id, effect: request.effect, result: code, ms });
    const status = result instanceof PlatformError ? result.provider?.status : result.status;
    log.debug(
      {
        provider: connector.id,
        connectionId: session.view.id,
        method: request.method,
        path: redactPath(request.path),
        status,
        code,
        ms: Math.round(ms),
      },
      "provider request",
    );
    if (session.signal?.aborted && code !== "ok") return breaker?.leave();
    const openUntil = breaker?.report(code) ?? null;
    if (openUntil !== null) await session.onBreak?.(openUntil, result as PlatformError);
    if (code === "ok") await session.onSuccess?.();
  }

  async function renewAhead(): Promise<void> {
    const { credentials } = session;
    if (!session.renew) return;
    const hasToken = credentials.secret.accessToken !== null;
    const leftMs = credentials.expiresAt === null ? Number.POSITIVE_INFINITY : credentials.expiresAt - clock.now();
    if (hasToken && leftMs > renewAheadMs) return;
    try {
      await renew(credentials);
    } catch (error) {
      // As long as the old token lives, a token endpoint in trouble stops nobody.
      if (hasToken && leftMs > 0 && toPlatformError(error).disposition === "retry") return;
      throw error;
    }
  }

  async function renew(stale: Credentials): Promise<void> {
    // Another request of this slice may have done it meanwhile.
    if (session.credentials.version > stale.version) return;
    const fresh = await (session.renew as NonNullable<Session["renew"]>)(stale);
    if (fresh.version > session.credentials.version) session.credentials = fresh;
  }
}

function mayRepeat(error: PlatformError): boolean {
  if (error.code === "provider.rate_limited")
    return (error.retryAfterMs ?? Number.POSITIVE_INFINITY) <= longestPatienceMs;
  if (error.code === "provider.network") {
    // Three full time-outs would hold the lane for half a minute.
    return !(
      error.cause instanceof HttpFailure &&
      (error.cause.reason === "timeout" || error.cause.reason === "stopped")
    );
  }
  return error.code === "provider.outage" && (error.retryAfterMs ?? 0) <= longestPatienceMs;
}

function intervalOf(budgets: Budgets["byDefault"]): number {
  return Math.min(10_000, ...budgets.map(({ bucket }) => bucket.perMs));
}

// Ids stay readable, addresses and numbers of people do not.
function redactPath(path: string): string {
  const [bare = ""] = path.split("?", 1);
  return bare.replace(/[^/]*(@|%40|%2B\d{6,}|\+\d{6,})[^/]*/gi, "[person]");
}
