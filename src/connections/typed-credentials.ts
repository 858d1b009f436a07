import type { AuthStrategy, Connector, OAuth2Strategy } from "#connector-kit";
import { type FieldError, PlatformError } from "#core";

type TypedStrategy = Exclude<AuthStrategy, OAuth2Strategy>;

/** What a person typed, trimmed and complete, with the way to sign in that it belongs to. Throws `request.invalid`. */
export function readFields(
  connector: Connector,
  typed: Record<string, string>,
  base: string,
): { strategy: TypedStrategy; fields: Record<string, string> } {
  const strategies = connector.auth.filter((strategy): strategy is TypedStrategy => strategy.kind !== "oauth2");
  // The names of the fields tell which way is meant, where a provider has several.
  const strategy =
    strategies.find(({ fields }) => fields.every(({ name }) => typed[name] !== undefined)) ?? strategies[0];
  if (!strategy) {
    throw invalid(`${connector.name} signs in with OAuth.`, [
      { pointer: "/credentials", code: "needs_oauth", detail: "Start the sign-in in a browser." },
    ]);
  }
  const errors: FieldError[] = [];
  const fields: Record<string, string> = {};
  for (const { name, label } of strategy.fields) {
    const value = (typed[name] ?? "").trim();
    // A line break inside a key would end a header; a copied one is a slip.
    const isPrintable = /^[!-~ ]*$/.test(value);
    if (value === "") errors.push({ pointer: `/credentials/${name}`, code: "required", detail: `${label} is needed.` });
    else if (!isPrintable)
      errors.push({
        pointer: `/credentials/${name}`,
        code: "characters",
        detail: `${label} holds characters that it cannot have.`,
      });
    else fields[name] = value;
  }
  for (const name of Object.keys(typed)) {
    if (strategy.fields.some((field) => field.name === name)) continue;
    errors.push({
      pointer: `/credentials/${name.slice(0, 50)}`,
      code: "unknown_field",
      detail: `${connector.name} has no such credential.`,
    });
  }
  if (strategy.kind === "webhook_url") errors.push(...checkUrl(strategy, fields, base));
  if (errors.length > 0) throw invalid("The credentials are not complete.", errors);
  return { strategy, fields };
}

function checkUrl(strategy: TypedStrategy, fields: Record<string, string>, base: string): FieldError[] {
  const name = strategy.fields[0]?.name ?? "url";
  const text = fields[name];
  if (strategy.kind !== "webhook_url" || text === undefined) return [];
  const allowed = new URL(base);
  const url = URL.canParse(text) ? new URL(text) : null;
  const problem = (code: string, detail: string): FieldError[] => [{ pointer: `/credentials/${name}`, code, detail }];
  if (!url) return problem("not_a_url", "Paste the whole address, with https://.");
  // Plain HTTP only where the configured base is: a simulator on this machine.
  if (url.protocol !== "https:" && url.protocol !== allowed.protocol)
    return problem("not_https", "The address must start with https://.");
  if (url.username || url.password) return problem("has_credentials", "The address must not hold a user name.");
  return strategy.check(url, allowed.host);
}

function invalid(detail: string, errors: FieldError[]): PlatformError {
  return new PlatformError("request.invalid", detail, { errors });
}
