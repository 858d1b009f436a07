import { fine } from "#connections";

export const value = fine;
