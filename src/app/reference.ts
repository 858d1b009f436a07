import { z } from "zod";
import { errorCodes } from "#core";
import { eventsPage } from "./events-page.ts";
import { providerSettingName, providerSettings, settings } from "./settings.ts";

interface Setting {
  name: string;
  description: string;
  type: string;
  default: string | null;
}

const generated = "Written by `npm run generate`; change the source named here, not this file.";

/** The sample environment file: every setting, commented out, at its default. */
function envExample(providers: Iterable<string>): string {
  const lines = readSettings(settings).flatMap((setting) => entry(setting.name, setting));
  const perProvider = [...providers].flatMap((id) =>
    readSettings(providerSettings).map(({ name }) => `# ${providerSettingName(id, name)}=`),
  );
  const about = readSettings(providerSettings).map(({ name, description }) => `#   ${name}: ${description}`);
  return `# Every setting, at its default. ${generated.replaceAll("`", "")}
# Source: src/app/settings.ts

${lines.join("\n")}
# For each provider:
${about.join("\n")}
${perProvider.join("\n")}
`;
}

/** docs/reference/settings.md */
function settingsPage(providers: Iterable<string>): string {
  const row = ({ name, type, default: standard, description }: Setting) =>
    `| \`${name}\` | ${type} | ${standard === null ? "–" : `\`${standard}\``} | ${description.replaceAll("|", "\\|")} |`;
  const head = "| setting | value | default | what it is for |\n| --- | --- | --- | --- |";
  const ids = [...providers].map((id) => `\`${providerSettingName(id, "")}\``.replace("_`", "_…`"));
  return `# Settings

${generated} Source: [settings.ts](../../src/app/settings.ts).

All settings come by environment and are read once, at the start. An empty value counts as absent. Everything that is wrong is
told at once, and the process exits with 2.

${head}
${readSettings(settings).map(row).join("\n")}

## For each provider

${ids.join(", ")}, with:

${head}
${readSettings(providerSettings).map(row).join("\n")}
`;
}

/** docs/reference/errors.md */
function errorsPage(): string {
  const byCode = Object.entries(errorCodes).sort(([a], [b]) => (a < b ? -1 : 1));
  const groups = Map.groupBy(byCode, ([code]) => code.split(".", 1)[0] as string);
  const sections = [...groups].map(
    ([group, there]) => `## ${group}

| code | status | what it means | what to do | next | cause | origin |
| --- | --- | --- | --- | --- | --- | --- |
${there
  .map(
    ([code, { status, title, action, disposition, cause, origin }]) =>
      `| \`${code}\` | ${status} | ${title} | ${action} | ${disposition} | ${cause} | ${origin} |`,
  )
  .join("\n")}
`,
  );
  return `# Error codes

${generated} Source: the tables in [error-codes](../../src/core/error-codes).

Every failed request is answered with [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem details that carry one of these
as \`code\`; a running server shows each at \`/docs/errors/<code>\`. \`next\` says what happens then: \`retry\` again later,
\`reauthorize\` the connection pauses and its owner is asked to reconnect, \`dead_letter\` this item is set aside and can be replayed,
\`reject\` nothing was done, \`halt\` the work stops and a developer is alerted.

${sections.join("\n")}`;
}

function readSettings(schema: z.ZodObject): Setting[] {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as {
    properties: Record<string, { description?: string; default?: unknown; enum?: string[] }>;
  };
  return Object.entries(json.properties).map(([name, { description = "", default: standard, enum: options }]) => ({
    name,
    description,
    type: options
      ? options.map((option) => `\`${option}\``).join(", ")
      : typeof standard === "number"
        ? "number"
        : "text",
    default: standard === undefined || standard === "" ? null : String(standard),
  }));
}

function entry(name: string, { description, default: standard }: Setting): string[] {
  return [`# ${description}`, `# ${name}=${standard ?? ""}`, ""];
}

/** Every written file by its path from the root. */
export function referenceFiles(providers: Iterable<string>): Record<string, string> {
  const ids = [...providers];
  return {
    ".env.example": envExample(ids),
    "docs/reference/settings.md": settingsPage(ids),
    "docs/reference/errors.md": errorsPage(),
    "docs/reference/events.md": eventsPage(generated),
  };
}
