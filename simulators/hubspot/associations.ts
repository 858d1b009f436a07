import { invalid } from "./errors.ts";
import { findObjectType, type ObjectType } from "./object-types.ts";

export interface AssociationSpec {
  associationCategory: string;
  associationTypeId: number;
}

export interface AssociationDefinition {
  /** Type id; negative for types that the account made itself, whose ids overlap with HubSpot's. */
  key: number;
  from: string;
  to: string;
  label: string | null;
  name: string;
  /** The key of the same association seen from the other end. */
  inverse: number;
}

// from, to, type id, type id of the other direction, label; the first of a pair is the default one.
const pairs: Array<[from: string, to: string, id: number, inverse: number, label?: string]> = [
  ["contact", "company", 279, 280],
  ["contact", "company", 1, 2, "Primary"],
  ["deal", "contact", 3, 4],
  ["deal", "company", 341, 342],
  ["deal", "company", 5, 6, "Primary"],
  ["call", "contact", 194, 193],
  ["call", "company", 182, 181],
  ["call", "deal", 206, 205],
  ["note", "contact", 202, 201],
  ["note", "company", 190, 189],
  ["note", "deal", 214, 213],
  ["meeting", "contact", 200, 199],
  ["meeting", "company", 188, 187],
  ["meeting", "deal", 212, 211],
  ["task", "contact", 204, 203],
  ["task", "company", 192, 191],
  ["task", "deal", 216, 215],
  ["email", "contact", 198, 197],
  ["email", "company", 186, 185],
  ["email", "deal", 210, 209],
  ["contact", "contact", 449, 449],
  ["company", "company", 450, 450],
  ["deal", "deal", 451, 451],
];

export interface AssociationTypes {
  between(from: string, to: string): AssociationDefinition[];
  /** The unlabelled type between two object types. */
  defaultOf(from: ObjectType, to: ObjectType): AssociationDefinition;
  /** Throws when the type does not exist or joins other object types. */
  read(spec: unknown, from: ObjectType, to?: ObjectType): AssociationDefinition;
  get(key: number): AssociationDefinition | undefined;
  addLabel(from: ObjectType, to: ObjectType, name: string, label: string): AssociationDefinition[];
}

export function createAssociationTypes(): AssociationTypes {
  const byKey = new Map<number, AssociationDefinition>();
  let nextCustomId = 1;
  for (const [fromName, toName, id, inverse, label = null] of pairs) {
    const from = findObjectType(fromName) as ObjectType;
    const to = findObjectType(toName) as ObjectType;
    const name = `${fromName}_to_${toName}${label ? "_primary" : ""}`;
    byKey.set(id, { key: id, from: from.id, to: to.id, label, name, inverse });
    byKey.set(inverse, {
      key: inverse,
      from: to.id,
      to: from.id,
      label,
      name: `${toName}_to_${fromName}`,
      inverse: id,
    });
  }

  return { between, defaultOf, read, get: (key) => byKey.get(key), addLabel };

  function between(from: string, to: string): AssociationDefinition[] {
    return [...byKey.values()].filter((type) => type.from === from && type.to === to);
  }

  function defaultOf(from: ObjectType, to: ObjectType): AssociationDefinition {
    const found = between(from.id, to.id).find(({ key, label }) => key > 0 && label === null);
    if (!found) throw invalid(`No default association exists from ${from.id} to ${to.id}`);
    return found;
  }

  function read(spec: unknown, from: ObjectType, to?: ObjectType): AssociationDefinition {
    const { associationCategory, associationTypeId } = (spec ?? {}) as Partial<AssociationSpec>;
    if (associationCategory !== "HUBSPOT_DEFINED" && associationCategory !== "USER_DEFINED") {
      throw invalid(`Invalid associationCategory: ${associationCategory}`);
    }
    const id = Number(associationTypeId);
    const type = byKey.get(associationCategory === "USER_DEFINED" ? -id : id);
    if (!type || type.from !== from.id || (to && type.to !== to.id)) {
      throw invalid(
        `Association type ${associationTypeId} of category ${associationCategory} is not valid from ${from.id}${to ? ` to ${to.id}` : ""}`,
      );
    }
    return type;
  }

  function addLabel(from: ObjectType, to: ObjectType, name: string, label: string): AssociationDefinition[] {
    const [there, back] = [-nextCustomId++, from.id === to.id ? -(nextCustomId - 1) : -nextCustomId++];
    byKey.set(there, { key: there, from: from.id, to: to.id, label, name, inverse: back });
    if (back !== there) byKey.set(back, { key: back, from: to.id, to: from.id, label, name, inverse: there });
    return [...new Set([there, back])].map((key) => byKey.get(key) as AssociationDefinition);
  }
}

/** As v4 answers name a type. */
export function toLabelled({ key, label }: AssociationDefinition) {
  return { category: key > 0 ? "HUBSPOT_DEFINED" : "USER_DEFINED", typeId: Math.abs(key), label };
}
