import type { PageSize, Paging } from "./paging.ts";
import { lostWay, readText } from "./read-at.ts";

/**
 * Each answer links to the next: `Link: <…>; rel="next"`, or a URL in the body at `at`. Only the link's path and query are
 * used, on the connection's own host, so our credentials never follow a link to another one; and only below `path`.
 */
export function linkPaging(options: { path: string; at?: string; size?: PageSize }): Paging<string | null> {
  const { path, at, size } = options;
  return {
    start: null,
    request: (link) => (link === null ? { query: size ? { [size.param]: size.value } : {} } : { path: link }),
    next(link, { body, headers }) {
      const text = at === undefined ? nextLink(headers.get("link") ?? "") : readText(body, at);
      if (text === null) return { state: null, done: true };
      const following = toPath(text, link ?? path);
      if (following === link) throw lostWay("a page links to itself");
      if (!isBelow(path, following)) throw lostWay("a link leaves the list it is of");
      return { state: following, done: false };
    },
  };
}

/** The target of rel="next" in a Link header (RFC 8288). */
export function nextLink(header: string): string | null {
  for (const [, target = "", parameters = ""] of header.matchAll(
    /<([^>]*)>((?:\s*;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)/g,
  )) {
    const [, quoted, bare] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))/i.exec(parameters) ?? [];
    if ((quoted ?? bare ?? "").toLowerCase().split(/\s+/).includes("next")) return target;
  }
  return null;
}

function toPath(link: string, current: string): string {
  // A host that cannot be: it is dropped again, and with it whatever host the link named.
  const url = URL.parse(link, `https://host.invalid${current}`);
  if (!url || !/^https?:$/.test(url.protocol)) throw lostWay("a link is no address");
  return url.pathname + url.search;
}

function isBelow(path: string, link: string): boolean {
  const [pathname = ""] = link.split("?", 1);
  return pathname === path || pathname.startsWith(`${path.replace(/\/$/, "")}/`);
}
