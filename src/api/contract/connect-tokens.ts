import { z } from "zod";
import { Instant, publicId } from "./common.ts";

/** POST /v1/connect-tokens: made by the host's server for one person's visit, good for 15 minutes. */
export const ConnectTokenCreate = z
  .strictObject({
    mode: z.enum(["connect", "reconnect", "manage"]).default("connect"),
    providers: z.array(z.string().max(50)).max(50).default([]).describe("Which may be connected; empty means all."),
    agent_id: z.string().max(200).optional(),
    connection_id: z.string().max(200).optional().describe("Needed for reconnect."),
    origins: z
      .array(z.url({ protocol: /^https?$/ }).max(300))
      .max(20)
      .default([])
      .describe("The pages that may embed the frame."),
  })
  .meta({ id: "ConnectTokenCreate" });
export type ConnectTokenCreate = z.infer<typeof ConnectTokenCreate>;

export const ConnectToken = z
  .object({
    id: publicId("connectToken"),
    token: z.string().describe("A bearer token. Never put it in a URL."),
    mode: z.enum(["connect", "reconnect", "manage"]),
    providers: z.array(z.string()),
    agent_id: publicId("agent").nullable(),
    connection_id: publicId("connection").nullable(),
    origins: z.array(z.string()),
    expires_at: Instant,
  })
  .meta({ id: "ConnectToken" });
export type ConnectToken = z.infer<typeof ConnectToken>;
