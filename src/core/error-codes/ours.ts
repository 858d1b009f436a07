import { entry } from "./entry.ts";

/** What went wrong on our side. */
export const ourErrors = {
  "db.unavailable": entry(
    "retry",
    "internal",
    "us",
    503,
    "The database cannot be reached or cannot store.",
    "Try again; nothing was stored.",
  ),
  "internal.assumption": entry(
    "halt",
    "internal",
    "us",
    500,
    "An assumption of ours did not hold.",
    "Report the request id.",
  ),
  "internal.unexpected": entry(
    "retry",
    "internal",
    "us",
    500,
    "The request failed on our side.",
    "Try again; report the request id if it stays.",
  ),
  "lease.lost": entry("retry", "internal", "us", 503, "Another worker took over this work.", "Nothing to do."),
  "message.conflict": entry(
    "reject",
    "validation",
    "caller",
    409,
    "A message with this id exists with another content.",
    "Send a new message_id, or the same body again.",
  ),
  "redis.unsuited": entry(
    "halt",
    "internal",
    "us",
    503,
    "The Redis server may lose or evict what it is given.",
    "Set maxmemory-policy noeviction and appendonly yes on it, or unset REDIS_URL.",
  ),
  "secret.unreadable": entry(
    "halt",
    "internal",
    "us",
    500,
    "A stored secret cannot be decrypted.",
    "Give the process the encryption key whose id the detail names.",
  ),
  "unit.poison": entry(
    "dead_letter",
    "internal",
    "us",
    500,
    "The item was tried as often as allowed, and no try came to an end.",
    "Look at the log for what ended the process, then retry the item.",
  ),
} as const;
