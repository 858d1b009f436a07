/** The address bar without decoration: `?state=dead&q=123`, every value a string. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  return parameters.size > 0 ? `?${parameters}` : "";
}

/** Keeps the named texts of an address and drops the rest; empty ones count as absent. */
export function texts<const Names extends readonly string[]>(
  search: Record<string, unknown>,
  names: Names,
): { [Name in Names[number]]?: string } {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === "string" && value !== "") kept[name] = value;
  }
  return kept as { [Name in Names[number]]?: string };
}

/** The value when it is one of the list. */
export function oneOf<const Values extends readonly string[]>(
  value: unknown,
  values: Values,
): Values[number] | undefined {
  return values.find((known) => known === value);
}
