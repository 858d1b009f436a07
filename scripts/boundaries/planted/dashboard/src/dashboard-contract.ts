import type { Fine } from "../../src/connections/index.ts";

export type Value = Fine;
