import type { One } from "../core/one.ts";

export type Value = One;
