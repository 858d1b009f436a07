import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PlatformError } from "#core";
import { page, pageHeaders } from "./pages/html.ts";

interface DashboardDeps {
  /** Where Vite put the built dashboard. */
  folder: string;
  followLink(request: FastifyRequest, reply: FastifyReply, code: string): Promise<FastifyReply>;
}

/** The dashboard's files, and its page for every address that is no file and no route: the page reads the address itself. */
export async function registerDashboard(server: FastifyInstance, deps: DashboardDeps): Promise<void> {
  const html = await readFile(path.join(deps.folder, "index.html"), "utf8").catch(() => null);
  if (html !== null) {
    await server.register(fastifyStatic, {
      root: deps.folder,
      wildcard: false, // a list of what is there, read once: no path from a request ever reaches the disk
      index: false,
      cacheControl: false,
      setHeaders: (reply, file) => {
        // Vite names assets after their content.
        const isHashed = path.relative(deps.folder, file).startsWith("assets");
        reply.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }
  const inlineHashes = html === null ? "" : hashesOf(html);

  server.get<{ Querystring: { code?: string } }>("/login", (request, reply) =>
    typeof request.query.code === "string" ? deps.followLink(request, reply, request.query.code) : sendPage(reply),
  );
  server.get("/", (_request, reply) => sendPage(reply));

  server.setNotFoundHandler((request, reply) => {
    const isPage = request.method === "GET" && request.headers.accept?.includes("text/html");
    // Webhooks are posted; what a browser opens below /webhooks are pages of the dashboard.
    const isOfServer = /^\/(v1|oauth|docs|assets)(\/|$)/.test(request.url);
    if (!isPage || isOfServer) throw new PlatformError("request.not_found", "There is no such path. See /docs/api.");
    return sendPage(reply);
  });

  function sendPage(reply: FastifyReply): FastifyReply {
    if (html === null) return reply.code(503).headers(pageHeaders).send(notBuilt());
    const nonce = randomBytes(16).toString("base64");
    return reply
      .headers({ "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" })
      .header("content-security-policy", policy(inlineHashes, nonce))
      .send(html.replaceAll("__CSP_NONCE__", nonce));
  }
}

function policy(inlineHashes: string, nonce: string): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${inlineHashes}`,
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'", // positions of popovers are written as attributes; attributes run nothing
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The page's own inline scripts (the theme, before first paint), allowed by their content. */
function hashesOf(html: string): string {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, script = ""]) => ` 'sha256-${createHash("sha256").update(script).digest("base64")}'`)
    .join("");
}

function notBuilt(): string {
  return page(
    "Dashboard",
    `<h1>The dashboard is not built</h1><p>Run <code>npm run build:dashboard</code>, then start again. The API works without it.</p>
<p><a href="/docs/api">API reference</a></p>`,
  );
}
