import type { Fine } from "#connections";

export type Value = Fine;
