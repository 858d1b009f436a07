/** How a provider's answers changed without notice: names gone, renamed or empty, wherever they occur in a body. */
export interface ShapeChange {
  /** Regular expression over the path; all paths when absent. */
  path?: string;
  remove?: string[];
  rename?: Record<string, string>;
  nullify?: string[];
}

export function applyShape(body: unknown, change: ShapeChange): unknown {
  if (Array.isArray(body)) return body.map((item) => applyShape(item, change));
  if (body === null || typeof body !== "object") return body;
  const changed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (change.remove?.includes(name)) continue;
    const newName = change.rename?.[name] ?? name;
    changed[newName] = change.nullify?.includes(name) ? null : applyShape(value, change);
  }
  return changed;
}
