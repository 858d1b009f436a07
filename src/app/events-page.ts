import { z } from "zod";
import { idPrefixes, toPublicId } from "#core";
import { type EventDescription, eventTypes } from "#events";

interface Field {
  type?: string | string[];
  enum?: string[];
  anyOf?: Field[];
  description?: string;
}

/** docs/reference/events.md */
export function eventsPage(generated: string): string {
  const sections = Object.entries<EventDescription>(eventTypes).map(([type, described]) => section(type, described));
  return `# Events

${generated} Source: [event-types.ts](../../src/events/event-types.ts).

What happened, as \`GET /v1/events\` lists it and \`GET /v1/events/stream\` tells it while it happens. Every event has an
\`id\`, a \`type\`, a \`subject\` (what it is about), an \`origin\`, the time it was recorded (\`created_at\`) and a \`payload\` by
its type. Fields may be added to a payload; none is taken away.

${sections.join("\n")}`;
}

function section(type: string, { subject, when, payload, ids = {}, example }: EventDescription): string {
  const { properties } = z.toJSONSchema(payload) as { properties: Record<string, Field> };
  const rows = Object.entries(properties).map(([name, field]) => {
    const kind = ids[name];
    return `| \`${name}\` | ${kind ? `an id, \`${idPrefixes[kind]}_…\`` : typeWords(field)} | ${field.description ?? "–"} |`;
  });
  return `## ${type}

${when} Subject: the ${subject}.

| field | value | what it says |
| --- | --- | --- |
${rows.join("\n")}

\`\`\`json
${JSON.stringify(shown(example, ids), null, 2)}
\`\`\`
`;
}

function shown(example: EventDescription["example"], ids: NonNullable<EventDescription["ids"]>) {
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => {
      const kind = ids[name];
      return [name, kind ? toPublicId(kind, String(value)) : value];
    }),
  );
}

function typeWords({ type, enum: options, anyOf }: Field): string {
  if (options) return options.map((option) => `\`${option}\``).join(", ");
  if (anyOf) return anyOf.map(typeWords).join(" or ");
  return type === "string" ? "text" : type === "null" ? "null" : String(type);
}
