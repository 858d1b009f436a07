import type { ProviderRequest } from "#connector-kit";
import { PlatformError } from "#core";

/** A provider's base URL and a request's path as one URL that cannot leave that base. */
export function toProviderUrl(base: string, path: string, query: ProviderRequest["query"] = {}): URL {
  // `//host`, backslashes and dot segments are how a piece of data in a path would reach another host or another route.
  const [rawPath = ""] = path.split("?", 1);
  const isSafe = /^\/(?!\/)[!-~]*$/.test(path) && !/[\\#]/.test(path) && !/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(rawPath);
  if (!isSafe) {
    throw new PlatformError(
      "internal.assumption",
      "A provider path starts with one slash and stays below it: encode what comes from data.",
    );
  }
  const url = new URL(base.replace(/\/+$/, "") + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.append(name, String(value));
  }
  return url;
}

/** Adds query values to a URL that is itself the credential. */
export function withQuery(address: string, query: ProviderRequest["query"] = {}): URL {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.append(name, String(value));
  }
  return url;
}
