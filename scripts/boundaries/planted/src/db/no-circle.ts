import { back } from "./no-circle.other.ts";

export const forth = () => back;
