import { one } from "#core";

export const value = one;
