export { type Fine, fine } from "./fine.ts";
