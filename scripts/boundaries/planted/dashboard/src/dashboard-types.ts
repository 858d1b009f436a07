import { contract } from "../../src/api/contract/index.ts";

export const value = contract;
