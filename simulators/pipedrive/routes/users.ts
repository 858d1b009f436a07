import { type Call, ok, type Routes } from "../api.ts";
import type { Company, User } from "../company.ts";
import { badParameter, PlainError } from "../errors.ts";
import { toV1Time } from "../times.ts";

const currencies: Array<[code: string, name: string, symbol: string]> = [
  ["EUR", "Euro", "€"],
  ["GBP", "British Pound Sterling", "£"],
  ["USD", "US Dollar", "$"],
];

export const userRoutes: Routes = (add) => {
  add("GET", "/v1/users", {
    cost: 20,
    scopes: ["users:read"],
    handle: ({ company, author }) => ok(company.users.map((user) => viewUser(company, user, author.userId))),
  });
  add("GET", "/v1/users/me", { cost: 2, scopes: ["base"], handle: me });
  add("GET", "/v1/users/find", { cost: 40, scopes: ["users:read"], handle: find });
  add("GET", "/v1/users/:id", { cost: 2, scopes: ["users:read"], handle: read });
  add("GET", "/v1/activityTypes", {
    cost: 20,
    scopes: ["activities:read", "activities:full", "admin"],
    handle: activityTypes,
  });
  add("GET", "/v1/currencies", {
    cost: 20,
    scopes: ["base"],
    handle: () =>
      ok(
        currencies.map(([code, name, symbol], index) => ({
          ...{ id: index + 1, code, name, symbol },
          ...{ decimal_points: 2, active_flag: true, is_custom_flag: false },
        })),
      ),
  });
};

function me({ company, author }: Call) {
  const user = company.users.find(({ id }) => id === author.userId);
  if (!user) throw new PlainError(404, { success: false, error: "User not found or not accessible." });
  return ok({
    ...viewUser(company, user, user.id),
    company_id: company.id,
    company_name: company.name,
    company_domain: company.domain,
    company_country: company.country,
    company_industry: "Construction",
    language: { language_code: "en", country_code: "US" },
  });
}

function read({ company, author, params }: Call) {
  const user = company.users.find(({ id }) => String(id) === params.id);
  if (!user) throw new PlainError(404, { success: false, error: "User not found or not accessible." });
  return ok(viewUser(company, user, author.userId));
}

function find({ company, author, query }: Call) {
  const term = (query.get("term") ?? "").toLowerCase();
  if (term === "") throw badParameter("term", "is required");
  const byEmail = query.get("search_by_email") === "1";
  const found = company.users.filter(({ name, email }) => (byEmail ? email : name).toLowerCase().includes(term));
  return ok(found.map((user) => viewUser(company, user, author.userId)));
}

function activityTypes({ company }: Call) {
  const time = toV1Time(company.startedAt);
  return ok(
    company.activityTypes.map(({ isActive, ...type }, index) => ({
      ...type,
      ...{ order_nr: index + 1, color: "FFFFFF", active_flag: isActive, is_custom_flag: false },
      ...{ add_time: time, update_time: time },
    })),
  );
}

function viewUser(company: Company, user: User, readerId: number) {
  const offset = Temporal.Instant.fromEpochMilliseconds(company.clock.now()).toZonedDateTimeISO(
    company.timeZone,
  ).offset;
  const time = toV1Time(company.startedAt);
  return {
    id: user.id,
    name: user.name,
    default_currency: company.currency,
    locale: "en_US",
    lang: 1,
    email: user.email,
    phone: null,
    activated: user.isActive,
    last_login: time,
    created: time,
    modified: time,
    has_created_company: user === company.users[0],
    access: [{ app: "sales", admin: user.isAdmin, permission_set_id: "62cc4d7f-4038-4352-abf3-a8c1c822b631" }],
    active_flag: user.isActive,
    timezone_name: company.timeZone,
    timezone_offset: offset,
    role_id: 1,
    icon_url: null,
    is_you: user.id === readerId,
    is_deleted: false,
  };
}
