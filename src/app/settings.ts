import { z } from "zod";

const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ""));
const secret = z.string().min(16, "At least 16 characters.");
const perMinute = z.coerce.number().int().min(1);

export const roles = ["all", "api", "worker", "scheduler"] as const;
export const logLevels = ["trace", "debug", "info", "warn", "error", "silent"] as const;

/**
 * Every setting of the process, with its default and what it is for. The sample environment file and the settings page of
 * the docs are written from here.
 */
export const settings = z.object({
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(3000)
    .describe("Where the server listens; 0 takes a free port."),
  HOST: z.string().default("0.0.0.0").describe("The address the server listens at."),
  TIELINE_PUBLIC_URL: url
    .optional()
    .describe("How browsers and providers reach the server; http://localhost and the port when absent."),
  TIELINE_ROLE: z
    .enum(roles)
    .default("all")
    .describe("What this process does: everything, or only one part when several processes share a database."),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe("A PostgreSQL database. Without it the embedded one is used, in the data folder."),
  DATABASE_MIGRATION_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe("A login that owns the tables, when DATABASE_URL is of one that does not."),
  DATABASE_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(10)
    .describe("Connections to PostgreSQL at most."),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe("A Redis (noeviction, AOF) that carries wake-ups and shared rate budgets in place of PostgreSQL."),
  TIELINE_DATA_DIR: z
    .string()
    .min(1)
    .default(".tieline")
    .describe("The folder of the embedded database and of what is generated."),
  TIELINE_TEMPLATE_DIR: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Where a prepared empty embedded database is kept, so that a new one starts sooner; in the data folder when absent.",
    ),
  TIELINE_ENCRYPTION_KEYS: z
    .string()
    .optional()
    .describe(
      "Keys of stored secrets as id:base64 of 32 bytes, comma-separated; the first seals, all open. Without it one is made and kept in the data folder.",
    ),
  TIELINE_BOOTSTRAP_FILE: z
    .string()
    .optional()
    .describe(
      "A JSON file of tenants, agents, keys and connections that are made at the start where they are missing.",
    ),
  TIELINE_TRUSTED_PROXIES: z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .describe("Addresses or ranges of proxies whose X-Forwarded-For is believed, comma-separated."),
  TIELINE_WORKER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(8)
    .describe("Lanes worked at once, per process."),
  TIELINE_LEASE_MS: z.coerce
    .number()
    .int()
    .min(500)
    .max(600_000)
    .default(15_000)
    .describe(
      "How long a lane stays with a worker that shows no life; after a crash its work goes on that much later.",
    ),
  TIELINE_REQUESTS_PER_MINUTE: perMinute
    .default(600)
    .describe("Requests per minute and API key, all routes but call intake."),
  TIELINE_INTAKE_PER_MINUTE: perMinute.default(600_000).describe("Calls handed over per minute and API key."),
  CRON_SECRET: secret
    .optional()
    .describe(
      "The bearer secret of POST /v1/timetable/{job}/run, for hosts with an external cron; no such route without it.",
    ),
  METRICS_TOKEN: secret.optional().describe("The bearer secret of GET /metrics; no such route without it."),
  LOG_LEVEL: z.enum(logLevels).default("info").describe("How much is logged."),
});

/** The settings that exist once for each provider. `<ID>` is the provider's id in capitals. */
export const providerSettings = z.object({
  BASE_URL: url.optional().describe("Where the provider's API is: a simulator, a proxy or a stand-in."),
  AUTH_URL: url.optional().describe("Where its sign-in pages are, when not at the BASE_URL."),
  CLIENT_ID: z.string().min(1).optional().describe("Of our OAuth app at the provider."),
  CLIENT_SECRET: z.string().min(1).optional().describe("Of our OAuth app; its webhooks are verified with it too."),
  RATE_LIMIT: z
    .string()
    .regex(/^(off|[1-9]\d*\/[1-9]\d*)$/, "Expected off, or requests/milliseconds such as 110/10000.")
    .optional()
    .describe(
      "Another rate limit than the published one: off, or requests/milliseconds. For stand-ins and measurements.",
    ),
});

export type ProviderSettings = z.output<typeof providerSettings>;

/** `TIELINE_HUBSPOT_BASE_URL` */
export function providerSettingName(provider: string, name: string): string {
  return `TIELINE_${provider.toUpperCase().replaceAll("-", "_")}_${name}`;
}
