import type { Contract } from "../../src/api/contract/index.ts";

export type Value = Contract;
