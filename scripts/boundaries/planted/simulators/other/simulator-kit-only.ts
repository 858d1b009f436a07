import { fine } from "#simulators/acme";

export const value = fine;
