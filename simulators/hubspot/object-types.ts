/** One kind of CRM object: its ids, names, and what is special about it. */
export interface ObjectType {
  id: string;
  /** As in paths: `contacts`. */
  name: string;
  /** As in event names: `contact`. */
  singular: string;
  /** Scopes are named after contacts, companies and deals; activities borrow those of contacts. */
  scopeNoun: "contacts" | "companies" | "deals";
  /** Returned when a request names no properties. */
  defaultProperties: readonly string[];
  createdProperty: string;
  modifiedProperty: string;
  /** What free-text search looks at. */
  queryProperties: readonly string[];
}

const activityDefaults = ["hs_createdate", "hs_lastmodifieddate", "hs_object_id"];

function activity(id: string, name: string, singular: string, queryProperties: string[]): ObjectType {
  return {
    id,
    name,
    singular,
    scopeNoun: "contacts",
    defaultProperties: activityDefaults,
    createdProperty: "hs_createdate",
    modifiedProperty: "hs_lastmodifieddate",
    queryProperties,
  };
}

export const objectTypes: readonly ObjectType[] = [
  {
    id: "0-1",
    name: "contacts",
    singular: "contact",
    scopeNoun: "contacts",
    defaultProperties: ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
    createdProperty: "createdate",
    modifiedProperty: "lastmodifieddate",
    queryProperties: [
      "firstname",
      "lastname",
      "email",
      "phone",
      "mobilephone",
      "company",
      "hs_additional_emails",
      "hs_object_id",
    ],
  },
  {
    id: "0-2",
    name: "companies",
    singular: "company",
    scopeNoun: "companies",
    defaultProperties: ["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
    createdProperty: "createdate",
    modifiedProperty: "hs_lastmodifieddate",
    queryProperties: ["website", "phone", "name", "domain"],
  },
  {
    id: "0-3",
    name: "deals",
    singular: "deal",
    scopeNoun: "deals",
    defaultProperties: [
      "amount",
      "closedate",
      "createdate",
      "dealname",
      "dealstage",
      "hs_lastmodifieddate",
      "hs_object_id",
      "pipeline",
    ],
    createdProperty: "createdate",
    modifiedProperty: "hs_lastmodifieddate",
    queryProperties: ["dealname", "pipeline", "dealstage", "description", "dealtype"],
  },
  activity("0-27", "tasks", "task", ["hs_task_body", "hs_task_subject"]),
  activity("0-46", "notes", "note", ["hs_note_body"]),
  activity("0-47", "meetings", "meeting", ["hs_meeting_title", "hs_meeting_body"]),
  activity("0-48", "calls", "call", ["hs_call_body", "hs_call_title"]),
  activity("0-49", "emails", "email", ["hs_email_subject"]),
];

const byAnyName = new Map(
  objectTypes.flatMap((type) => [type.id, type.name, type.singular].map((key) => [key, type] as const)),
);

/** By type id (`0-1`), plural or singular name. */
export function findObjectType(key: string): ObjectType | undefined {
  return byAnyName.get(key.toLowerCase());
}
