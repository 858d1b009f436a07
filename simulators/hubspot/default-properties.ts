import { contactProperties } from "./data/contact-properties.ts";
import {
  callProperties,
  companyProperties,
  dealProperties,
  emailProperties,
  meetingProperties,
  noteProperties,
  taskProperties,
} from "./data/other-properties.ts";
import type { PropertyDefinition } from "./properties.ts";

const texts: Record<string, string> = {
  "0-1": contactProperties,
  "0-2": companyProperties,
  "0-3": dealProperties,
  "0-27": taskProperties,
  "0-46": noteProperties,
  "0-47": meetingProperties,
  "0-48": callProperties,
  "0-49": emailProperties,
};

/** The properties that a new account has on an object, by name. */
export function readDefaultProperties(objectTypeId: string): Map<string, PropertyDefinition> {
  const definitions = new Map<string, PropertyDefinition>();
  let groupName = "";
  for (const line of (texts[objectTypeId] ?? "").split("\n")) {
    if (line.startsWith("# ")) groupName = line.slice(2).trim();
    else if (line.trim() !== "") {
      const definition = readLine(line, groupName, definitions.size);
      definitions.set(definition.name, definition);
    }
  }
  return definitions;
}

function readLine(line: string, groupName: string, displayOrder: number): PropertyDefinition {
  const [name = "", label = "", kind = "", flags = "", options = ""] = line.split("|").map((part) => part.trim());
  const [type = "string", fieldType = "text"] = kind.split("/");
  const isReadOnly = flags.includes("r");
  return {
    name,
    label,
    description: "",
    type,
    fieldType,
    groupName,
    displayOrder,
    options: options === "" ? [] : options.split(",").map(readOption),
    // Owner ids come from the account's users, deal stages from its pipelines, merged ids from history.
    externalOptions: type === "enumeration" && options === "",
    hasUniqueValue: flags.includes("u"),
    calculated: flags.includes("c"),
    hidden: flags.includes("h"),
    formField: !isReadOnly,
    hubspotDefined: true,
    archived: false,
    modificationMetadata: {
      archivable: true,
      readOnlyDefinition: true,
      readOnlyValue: isReadOnly,
      readOnlyOptions: true,
    },
  };
}

function readOption(text: string, displayOrder: number) {
  const [value = "", label = value] = text.split("=");
  return { value, label, displayOrder, hidden: false };
}
