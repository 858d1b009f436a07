import { z } from "zod";
import { cursorPaging, defineStream, type ListRequest } from "#connector-kit";
import { normalizeEmail } from "#core";
import { version } from "../objects.ts";
import { textOf, toInstant } from "./values.ts";

const Owner = z.looseObject({
  id: z.union([z.string(), z.int()]).transform(String),
  email: z.string().nullish(),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  createdAt: z.string().nullish(),
  updatedAt: z.string().nullish(),
  archived: z.boolean().default(false),
});

const list = (archived: boolean): ListRequest => ({
  path: `/crm/owners/${version}`,
  query: { archived },
  itemsAt: "results",
  paging: cursorPaging({ param: "after", at: "paging.next.after", size: { param: "limit", value: 100 } }),
});

/** A few rows that cannot be asked for by date, so every read is a full one. Former owners come as tombstones each time. */
export const owners = defineStream({
  name: "owners",
  record: "team_member",
  item: Owner,
  scope: "crm.objects.owners.read",
  list: list(false),
  deletions: "feed",
  deleted: list(true),
  toRecord: (owner) => ({
    externalId: owner.id,
    formerIds: [],
    createdAt: toInstant(owner.createdAt, "createdAt"),
    updatedAt: toInstant(owner.updatedAt, "updatedAt"),
    // HubSpot keeps no date of its own for this.
    deletedAt: owner.archived ? toInstant(owner.updatedAt, "updatedAt") : null,
    fullName: textOf([owner.firstName, owner.lastName].filter(Boolean).join(" ")),
    email: normalizeEmail(owner.email),
  }),
});
