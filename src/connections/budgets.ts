import type { Connector } from "#connector-kit";
import type { Secret } from "./credentials.ts";
import type { Budget } from "./governor.ts";

/** The budgets of one connection. */
export interface Budgets {
  byDefault: Budget[];
  named(names: readonly string[]): Budget[];
}

interface Owner {
  id: string;
  provider: string;
  environment: string;
  external_account_id: string | null;
  auth: string;
}

/** Accounts are keyed by the provider's own id for them, so that two connections to one account share its limit. */
export function budgetsOf(connector: Connector, owner: Owner, secret: Secret): Budgets {
  const account = owner.external_account_id ?? owner.id;
  const app = secret.kind === "oauth2" ? secret.app : "installation";
  const all = connector.limits
    .filter(({ auth }) => auth === undefined || auth === owner.auth)
    .map((bucket): Budget => {
      const whose = bucket.scope === "account" ? `account:${account}` : `app:${app}`;
      return { bucket, key: `${owner.provider}:${owner.environment}:${bucket.name}:${whose}` };
    });
  return {
    byDefault: all.filter(({ bucket }) => bucket.isDefault),
    named: (names) => all.filter(({ bucket }) => names.includes(bucket.name)),
  };
}
