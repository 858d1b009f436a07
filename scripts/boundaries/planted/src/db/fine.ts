import { one } from "#core";

export const fine = one;
export type Fine = typeof fine;
