const dates = new Set(["2025-09", "2026-03", "2026-09"]);
const crmAreas = new Set(["objects", "properties", "pipelines", "owners", "associations"]);

export interface Canonical {
  /** The path without its version. */
  segments: string[];
  generation: string;
}

/**
 * Both generations of paths lead to one set of handlers: `/crm/v3/objects/…`, `/crm/v4/objects/…` and
 * `/crm/objects/2026-09/…` all become `/crm/objects/…`. Undefined for a version that a path never had.
 */
export function toCanonical(segments: string[]): Canonical | undefined {
  const [root, second = "", third = "", ...rest] = segments;
  if (root === "crm") return toCrm(segments);
  if (root === "oauth") return toOAuth(segments);
  if (root === "account-info" || root === "scheduler" || root === "appinstalls") {
    if (second !== "v3" && !dates.has(second)) return undefined;
    return { segments: [root, ...segments.slice(2)], generation: second };
  }
  if (root === "webhooks" && (second === "v3" || second === "2026-03")) {
    return { segments: ["webhooks", ...segments.slice(2)], generation: second };
  }
  // The path map and the 2026-09 specification disagree about this name; both are served.
  if (root === "app-webhooks" && second === "2026-09")
    return { segments: ["webhooks", ...segments.slice(2)], generation: second };
  if (root === "automation" && second === "sequences" && dates.has(third)) {
    return { segments: ["automation", "sequences", ...rest], generation: third };
  }
  if (root === "automation") return { segments, generation: second };
  return undefined;
}

function toCrm(segments: string[]): Canonical | undefined {
  const [, second = "", third = ""] = segments;
  if (second === "v3" && crmAreas.has(third)) {
    const isTypes = third === "associations" && segments.at(-1) === "types";
    if (segments.includes("associations") && !isTypes) return undefined;
    return { segments: ["crm", ...segments.slice(2)], generation: "v3" };
  }
  if (second === "v4" && segments.includes("associations"))
    return { segments: ["crm", ...segments.slice(2)], generation: "v4" };
  if (crmAreas.has(second) && dates.has(third)) {
    return { segments: ["crm", second, ...segments.slice(3)], generation: third };
  }
  return undefined;
}

function toOAuth(segments: string[]): Canonical | undefined {
  const [, second = "", third = ""] = segments;
  if (second === "authorize" || third === "authorize") return { segments, generation: "page" };
  if (second === "v1") return { segments, generation: "v1" };
  if (second === "v3" || second === "2026-03" || second === "2026-09") {
    return { segments: ["oauth", ...segments.slice(2)], generation: second };
  }
  return undefined;
}
