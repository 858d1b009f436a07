import { fine } from "#db";

export const value = fine;
