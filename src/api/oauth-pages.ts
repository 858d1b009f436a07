import { createHash, randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errorCodes, type TenantId, toPlatformError, toPublicId } from "#core";
import type { createAudit } from "./audit.ts";
import { readCookie } from "./auth.ts";
import { escapeHtml, page, pageHeaders } from "./pages/html.ts";
import type { ConnectionsPort, OAuthVisit } from "./ports.ts";
import type { CountRequest } from "./rate-limits.ts";
import type { Tokens } from "./tokens.ts";

interface OAuthPageDeps {
  connections: Pick<ConnectionsPort, "beginOAuth" | "finishOAuth">;
  tokens: Tokens;
  audit: ReturnType<typeof createAudit>;
  count: CountRequest;
  isHttps: boolean;
  onUnexpected(error: unknown, request: FastifyRequest): void;
}

const cookieName = "tl_oauth";
const cookieSeconds = 1_800; // people read consent pages slowly, and some must ask their admin

/** The two pages a browser sees of us around a provider's consent page. */
export function registerOAuthPages(server: FastifyInstance, deps: OAuthPageDeps): void {
  const { connections, tokens, audit, count, isHttps } = deps;

  server.get<{ Params: { provider: string; code: string } }>(
    "/oauth/:provider/start/:code",
    // The code carries the whole sign-in, settings included.
    { onRequest: (request, reply) => count("address", request, reply) },
    (request, reply) =>
      readable(request, reply, async () => {
        const { tenantId, wish, connectionId, returnTo } = (await tokens.readStartLink(
          request.params.code,
        )) as unknown as OAuthVisit & { tenantId: TenantId };
        // One secret per browser, kept over several sign-ins: two popups at once must not lock each other out.
        const known = readCookie(request.headers.cookie, cookieName);
        const browser = known && /^[\w-]{43}$/.test(known) ? known : randomBytes(32).toString("base64url");
        const { url } = await connections.beginOAuth(tenantId, { wish, connectionId, returnTo }, browser);
        reply.header(
          "set-cookie",
          // Lax, because the provider's page sends the browser back to us.
          `${cookieName}=${browser}; Path=/oauth; HttpOnly; SameSite=Lax; Max-Age=${cookieSeconds}${isHttps ? "; Secure" : ""}`,
        );
        return reply.redirect(url, 302);
      }),
  );

  server.get<{ Params: { provider: string } }>(
    "/oauth/:provider/callback",
    { onRequest: (request, reply) => count("address", request, reply) },
    (request, reply) =>
      readable(request, reply, async () => {
        const query = new URLSearchParams(request.url.split("?", 2)[1] ?? "");
        const browser = readCookie(request.headers.cookie, cookieName) ?? "";
        const { connection, returnTo } = await connections.finishOAuth(request.params.provider, query, browser);
        const id = toPublicId("connection", connection.id);
        await audit.record(connection.tenant_id, {
          actor: "browser",
          action: "connection.signed_in",
          subjectKind: "connection",
          subjectId: id,
          detail: { provider: connection.provider },
          requestId: request.id,
        });
        if (returnTo) return reply.redirect(withConnection(returnTo, id), 303);
        const account = connection.external_account_name ?? connection.external_account_id;
        return reply
          .headers(closingHeaders)
          .send(closingPage(`Connected${account ? ` to ${account}` : ""}`, "You can close this window."));
      }),
  );

  async function readable(request: FastifyRequest, reply: FastifyReply, run: () => Promise<FastifyReply>) {
    try {
      return await run();
    } catch (thrown) {
      const error = toPlatformError(thrown);
      const { title, action, status } = errorCodes[error.code];
      if (status >= 500) deps.onUnexpected(thrown, request);
      const detail = status >= 500 && error.code !== "connect.exchange_failed" ? "" : error.message;
      return reply
        .code(status)
        .headers(pageHeaders)
        .send(
          page(
            "Not connected",
            `<h1>The account was not connected</h1><p>${escapeHtml(title)} ${detail === title ? "" : escapeHtml(detail)}</p>
<p>${escapeHtml(action)}</p><p class="soft"><a href="/docs/errors/${error.code}"><code>${error.code}</code></a> · request <code>${request.id}</code></p>`,
          ),
        );
    }
  }
}

function withConnection(path: string, id: string): string {
  const url = new URL(path, "http://own.invalid");
  url.searchParams.set("connected", id);
  return `${url.pathname}${url.search}${url.hash}`;
}

// The window that opened us learns of the connection from the server; this only tidies up. A provider's opener policy
// may have cut us off from it, and then the person closes the window.
const closeScript = "window.close()";
const closingHeaders = {
  ...pageHeaders,
  "content-security-policy": `${pageHeaders["content-security-policy"]}; script-src 'sha256-${createHash("sha256").update(closeScript).digest("base64")}'`,
};

function closingPage(title: string, text: string): string {
  return page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><script>${closeScript}</script>`);
}
