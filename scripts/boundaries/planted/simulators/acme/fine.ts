import { fine as part } from "#simulators/kit";

export const fine = part;
