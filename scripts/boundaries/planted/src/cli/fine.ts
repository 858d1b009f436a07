import { fine as all } from "#simulators";

export const fine = all;
