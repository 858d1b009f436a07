import type { z } from "zod";
import { Company } from "./company.ts";
import { Contact } from "./contact.ts";
import { Deal } from "./deal.ts";
import { TeamMember } from "./team-member.ts";

/** Every kind of record that streams read, with its schema. */
export const recordSchemas = { contact: Contact, company: Company, deal: Deal, team_member: TeamMember } as const;
export type RecordKind = keyof typeof recordSchemas;

/** The record of a kind. */
export type RecordOf<Kind extends RecordKind = RecordKind> = z.infer<(typeof recordSchemas)[Kind]>;
