export { fine } from "#connections";
