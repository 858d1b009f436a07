import { version } from "typescript";

export const value = version;
