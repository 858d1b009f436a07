export { fine } from "./acme/index.ts";
