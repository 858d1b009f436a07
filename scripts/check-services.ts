// `npm run check:services`: which servers the tests of this machine can use; fails where one is required and missing.
import { findServices } from "./test/services.ts";

const { lines } = await findServices(process.env);
console.log(lines.join("\n"));
