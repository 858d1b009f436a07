import { one } from "#core";

export const fine = one;
