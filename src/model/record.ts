import { z } from "zod";

/** An instant as records carry it: UTC, with its Z. */
export const Instant = z.iso.datetime();

const externalId = z.string().min(1).max(200);

/** A record of another kind that this one names, by its id at the provider. */
export const Reference = externalId.nullable();

/** What every record that is read from a provider has. */
export const recordFields = {
  /** Its id at the provider. */
  externalId,
  /** Ids that lead to this record since a merge at the provider. */
  formerIds: z.array(externalId),
  createdAt: Instant.nullable(),
  /** The provider's own date of the last change, by which an older version is recognised. */
  updatedAt: Instant.nullable(),
  /** Set on a tombstone: the provider has deleted or archived it. */
  deletedAt: Instant.nullable(),
};
