import type { ScopeNeeds } from "./api.ts";
import { findObjectType } from "./object-types.ts";

/** Activities have no scopes of their own: those of contacts open them. */
export function objectScopes(type: string | undefined, access: "read" | "write"): ScopeNeeds {
  const found = findObjectType(type ?? "");
  if (!found) return [];
  const needs: ScopeNeeds = [[`crm.objects.${found.scopeNoun}.${access}`]];
  if (found.name === "emails" && access === "read") needs.push(["sales-email-read"]);
  return needs;
}

export function schemaScopes(type: string | undefined, access: "read" | "write"): ScopeNeeds {
  const noun = findObjectType(type ?? "")?.scopeNoun;
  if (!noun) return [];
  return access === "write"
    ? [[`crm.schemas.${noun}.write`]]
    : [[`crm.schemas.${noun}.read`, `crm.objects.${noun}.read`]];
}
