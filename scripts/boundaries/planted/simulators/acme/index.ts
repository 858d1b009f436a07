export { fine } from "./fine.ts";
