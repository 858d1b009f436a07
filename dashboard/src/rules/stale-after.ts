/** The first words of the keys whose answers an event of this type makes old; null where any may be. */
export function staleAfter(type: string): readonly string[] | null {
  const [about] = type.split(".", 1);
  if (about === "call") return ["calls", "call-syncs", "trace"];
  if (about === "message") return ["call-syncs", "trace"];
  // What a connection can take decides where its calls stand.
  if (about === "connection") return ["connections", "calls", "call-syncs", "trace"];
  return null;
}
