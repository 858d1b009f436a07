import type { Answer } from "#simulators/kit";
import type { Call, Routes } from "../api.ts";
import { invalid, notFound } from "../errors.ts";
import { zoneOffsetMs } from "../limits.ts";
import type { Owner } from "../portal.ts";

export const accountRoutes: Routes = (add) => {
  const ownerScopes = () => [["crm.objects.owners.read"]];
  add("GET", "/account-info/details", { handle: details, scopes: () => [["oauth"]] });
  add("DELETE", "/appinstalls/external-install", { handle: uninstall, scopes: () => [["oauth"]] });
  add("GET", "/crm/owners", { handle: listOwners, scopes: ownerScopes });
  add("GET", "/crm/owners/:owner", { handle: readOwner, scopes: ownerScopes });
};

function details({ portal, world }: Call): Answer {
  const offsetMs = zoneOffsetMs(portal.timeZone, world.clock.now());
  const minutes = Math.abs(offsetMs) / 60_000;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return {
    status: 200,
    body: {
      portalId: portal.id,
      accountType: portal.accountType,
      timeZone: portal.timeZone,
      companyCurrency: portal.currency,
      additionalCurrencies: [],
      utcOffset: `${offsetMs < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`,
      utcOffsetMilliseconds: offsetMs,
      uiDomain: "app.hubspot.com",
      dataHostingLocation: "na1",
    },
  };
}

function uninstall({ world, caller, portal }: Call): Answer {
  if (caller.kind !== "oauth") throw invalid("Only an app that was installed by OAuth can be uninstalled");
  world.oauth.revokeGrants((grant) => grant.clientId === caller.clientId && grant.accountId === String(portal.id));
  return { status: 204 };
}

function listOwners({ portal, query }: Call): Answer {
  const limit = Number(query.get("limit") ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 500)
    throw invalid(`Invalid limit ${query.get("limit")}: it must be from 1 to 500.`);
  const wantsArchived = query.get("archived") === "true";
  const email = query.get("email")?.toLowerCase();
  const after = Number(query.get("after") ?? 0);
  const found = portal.owners.filter(
    (owner) =>
      owner.archived === wantsArchived &&
      Number(owner.id) > after &&
      (email === undefined || owner.email.toLowerCase() === email),
  );
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1)?.id : undefined;
  return {
    status: 200,
    body: { results: page.map(view), ...(last === undefined ? {} : { paging: { next: { after: last } } }) },
  };
}

function readOwner({ portal, params, query }: Call): Answer {
  const byUser = query.get("idProperty") === "userId";
  const owner = portal.owners.find(({ id, userId }) => (byUser ? String(userId) : id) === params.owner);
  if (!owner) throw notFound();
  return { status: 200, body: view(owner) };
}

function view(owner: Owner) {
  return { ...owner, type: "PERSON", userIdIncludingInactive: owner.userId, teams: [] };
}
