import { one } from "../core/one.ts";

export const value = one;
