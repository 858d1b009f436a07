import { fine } from "#simulators/kit";

export const value = fine;
