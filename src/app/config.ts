import path from "node:path";
import type { z } from "zod";
import { createConnectors } from "#connectors";
import { type ProviderSettings, providerSettingName, providerSettings, settings } from "./settings.ts";

export interface Config extends z.output<typeof settings> {
  /** By provider id. */
  providers: Record<string, ProviderSettings>;
  /** The folder of the built dashboard. */
  dashboardFolder: string;
  /** Names in the environment that look like settings of ours and are none. */
  unknown: string[];
}

/** Settings that cannot be used; `problems` says each one in a line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`The settings cannot be used:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** Reads the settings once, from an environment. An empty value counts as absent. Throws ConfigError. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const problems: string[] = [];
  const read = <T extends z.ZodType>(schema: T, values: object, nameOf: (key: string) => string): z.output<T> => {
    const result = schema.safeParse(values);
    if (result.success) return result.data;
    problems.push(...result.error.issues.map(({ path, message }) => `${nameOf(path.join("."))}: ${message}`));
    return {} as z.output<T>;
  };
  const known = new Set(Object.keys(settings.shape));
  const main = read(settings, given, (key) => key);
  const providers: Record<string, ProviderSettings> = {};
  for (const id of createConnectors().keys()) {
    const values: Record<string, string | undefined> = {};
    for (const key of Object.keys(providerSettings.shape)) {
      const name = providerSettingName(id, key);
      known.add(name);
      if (given[name] !== undefined) values[key] = given[name];
    }
    providers[id] = read(providerSettings, values, (key) => providerSettingName(id, key));
    if (Boolean(values.CLIENT_ID) !== Boolean(values.CLIENT_SECRET))
      problems.push(`${providerSettingName(id, "CLIENT_ID")} and …_CLIENT_SECRET go together.`);
  }
  if (main.DATABASE_MIGRATION_URL && !main.DATABASE_URL) problems.push("DATABASE_MIGRATION_URL needs DATABASE_URL.");
  if (main.REDIS_URL && !main.DATABASE_URL)
    problems.push("REDIS_URL needs DATABASE_URL: the embedded database is for one process, which needs no Redis.");
  if (!main.DATABASE_URL && main.TIELINE_ROLE && main.TIELINE_ROLE !== "all")
    problems.push("TIELINE_ROLE needs DATABASE_URL: the embedded database is for one process.");
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...main,
    providers,
    dashboardFolder: path.join(import.meta.dirname, "..", "..", "dist", "dashboard"),
    // Those of the test run and of the command line's client are read elsewhere.
    unknown: Object.keys(given).filter(
      (name) => /^TIELINE_(?!TEST_|REQUIRE_|(URL|KEY|TENANT)$)/.test(name) && !known.has(name),
    ),
  };
}
