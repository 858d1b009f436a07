/** One of a provider's published limits. The governor spaces requests so that none is refused. */
export interface LimitBucket {
  name: string;
  /** Requests that name no bucket draw from these. */
  isDefault: boolean;
  /** Whose budget it is: the provider account (each connection to it shares) or our app at the provider. */
  scope: "account" | "app";
  /** So many requests (or cost points) … */
  requests: number;
  /** … in any span of so many milliseconds. */
  perMs: number;
  /** How many may go at once after a pause. Small: burst + rate × span must stay within `requests`. */
  burst: number;
  /** Only connections that signed in this way have this bucket; all when absent. */
  auth?: string;
  /** Reads what is left from an answer's headers, when the provider says. */
  remaining?(headers: Headers): { remaining: number; resetMs: number } | null;
}

/** A request's place in the rate budget: the first ones always leave some for those before them. */
export const priorities = ["live", "post_call", "webhook", "delta", "backfill"] as const;
export type Priority = (typeof priorities)[number];
