import { SalesforceError } from "./errors.ts";
import type { Value } from "./fields.ts";
import type { Org } from "./org.ts";
import type { Row, Table } from "./table.ts";

/** Refuses a record that a duplicate rule of the org finds again; `alert` rules give way to the caller's header. */
export function findDuplicates(
  org: Org,
  table: Table,
  values: Record<string, Value>,
  row: Row | undefined,
  allowed: boolean,
): void {
  const object = table.type.name;
  for (const rule of org.duplicateRules) {
    if (rule.object.toLowerCase() !== object.toLowerCase()) continue;
    const allowSave = rule.action === "alert";
    if (allowSave && allowed) continue;
    const wanted = rule.fields
      .map((name) => [name, keyOf(table, name, values[name])] as const)
      .filter(([, key]) => key !== "");
    const matches = [...table.rows()].filter(
      (one) =>
        one !== row &&
        one.deletedAt === undefined &&
        wanted.some(([name, key]) => keyOf(table, name, one.values[name]) === key),
    );
    if (matches.length === 0) continue;
    const name = rule.name ?? `Standard_${object}_Duplicate_Rule`;
    const duplicateResult = {
      allowSave,
      duplicateRule: name,
      duplicateRuleEntityType: object,
      errorMessage: "Use one of these records?",
      matchResults: [
        {
          entityType: object,
          errors: [],
          matchEngine: "FuzzyMatchEngine",
          matchRecords: matches.map(({ id }) => ({
            additionalInformation: [],
            fieldDiffs: [],
            matchConfidence: 100,
            record: { attributes: { type: object }, Id: id },
          })),
          rule: name.replace("Duplicate", "Match"),
          size: matches.length,
          success: true,
        },
      ],
    };
    throw new SalesforceError(400, [
      { message: "Use one of these records?", errorCode: "DUPLICATES_DETECTED", duplicateResult },
    ]);
  }
}

function keyOf(table: Table, name: string, value: Value | undefined): string {
  if (value === null || value === undefined) return "";
  const isPhone = table.type.fields.get(name.toLowerCase())?.type === "phone";
  return isPhone ? String(value).replace(/\D/g, "").slice(-10) : String(value).trim().toLowerCase();
}
