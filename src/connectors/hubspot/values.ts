/** A value as HubSpot takes it: all property values travel as text, several choices as `a;b`. */
export function toPropertyValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(toPropertyValue).join(";");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** Mapped fields as HubSpot properties. */
export function toProperties(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, toPropertyValue(value)]));
}
