import { fine } from "../acme/fine.ts";

export const value = fine;
