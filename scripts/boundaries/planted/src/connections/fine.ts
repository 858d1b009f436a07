import { fine as row } from "#db";

export const fine = row;
export type Fine = typeof fine;
