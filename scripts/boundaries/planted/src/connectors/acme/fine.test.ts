import { fine as row } from "#connections";
import { fine } from "#simulators/kit";

export const values = [row, fine];
