import { z } from "zod";
import type { ProviderApi } from "./api.ts";
import { FieldMappings } from "./field-mapping.ts";

/** Which calls and messages a connection takes: per field the values that pass, and a minimum duration. Evaluated by the calls capability. */
export const SyncConditions = z
  .object({ min_duration_seconds: z.number().int().min(0).optional() })
  .catchall(z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))]));
export type SyncConditions = z.infer<typeof SyncConditions>;

/** The settings that every connector which takes calls has; spread into its own schema. */
export const callSettings = {
  field_mappings: FieldMappings.default({}).describe(
    "Field of a call or message → provider field. Short form, or a list of full rules.",
  ),
  sync_conditions: SyncConditions.default({}).describe("Which calls and messages are written. Empty: all of them."),
};

/** The connection's settings with the connector's own type and every default filled in. */
export function readSettings<Schema extends z.ZodType>(
  schema: Schema,
  api: Pick<ProviderApi, "connection">,
): z.infer<Schema> {
  return schema.parse(api.connection.settings);
}
