import type { Exchange } from "#simulators/kit";

/**
 * The runs a request would start: a list at the top level is one run for each element; query fields are merged in.
 * Undefined when a JSON body cannot be read.
 */
export function readRuns(exchange: Exchange): unknown[] | undefined {
  const fromQuery = Object.fromEntries(exchange.query);
  const text = exchange.rawBody.toString("utf8");
  const type = exchange.headers["content-type"] ?? "";
  if (text.trim() === "") return [fromQuery];
  if (type.includes("x-www-form-urlencoded"))
    return [{ ...fromQuery, ...Object.fromEntries(new URLSearchParams(text)) }];
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Only what claims to be JSON is refused; other texts arrive as one field.
    return type.includes("json") ? undefined : [{ ...fromQuery, raw_body: text }];
  }
  const items = Array.isArray(body) ? body : [body];
  return items.map((item) =>
    item !== null && typeof item === "object" ? { ...fromQuery, ...item } : { ...fromQuery, value: item },
  );
}

/** The call a payload is about: `call.call_id` or `call_id`. */
export function readCallId(runs: unknown[]): string | undefined {
  const [first] = runs;
  const { call, call_id } = (first ?? {}) as { call?: { call_id?: unknown }; call_id?: unknown };
  const id = call?.call_id ?? call_id;
  return typeof id === "string" ? id : undefined;
}
