import { PlatformError } from "#core";

/** Throws `redis.unsuited` unless Redis keeps everything it is given: INFO answers, where CONFIG is often forbidden. */
export function checkRedis(info: string): void {
  const facts = new Map(info.split(/\r?\n/).map((line) => line.split(":", 2) as [string, string]));
  const faults = [
    facts.get("maxmemory_policy") === "noeviction"
      ? ""
      : `maxmemory-policy is ${facts.get("maxmemory_policy") ?? "unknown"}`,
    facts.get("aof_enabled") === "1" ? "" : "appendonly is off",
  ].filter(Boolean);
  if (faults.length === 0) return;
  throw new PlatformError(
    "redis.unsuited",
    `Redis would lose wake-ups: ${faults.join(" and ")}. It needs maxmemory-policy noeviction and appendonly yes.`,
  );
}
