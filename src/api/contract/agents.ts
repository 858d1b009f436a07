import { z } from "zod";
import { Instant, pageOf, publicId } from "./common.ts";

const ExternalId = z.string().min(1).max(200).describe("The host's own id; calls may name the agent by it.");
const Settings = z.record(z.string().max(100), z.unknown());

export const Agent = z
  .object({
    id: publicId("agent"),
    external_id: z.string().nullable(),
    name: z.string(),
    settings: Settings,
    created_at: Instant,
    updated_at: Instant,
  })
  .meta({ id: "Agent" });
export type Agent = z.infer<typeof Agent>;

export const AgentPage = pageOf(Agent).meta({ id: "AgentPage" });

export const AgentCreate = z
  .strictObject({
    name: z.string().min(1).max(200),
    external_id: ExternalId.optional(),
    settings: Settings.default({}),
  })
  .meta({ id: "AgentCreate" });
export type AgentCreate = z.infer<typeof AgentCreate>;

export const AgentUpdate = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    external_id: ExternalId.nullable().optional(),
    settings: Settings.optional(),
  })
  .meta({ id: "AgentUpdate" });
export type AgentUpdate = z.infer<typeof AgentUpdate>;
