// `npm run check:docs`: links, paths and commands that the pages name exist, and every page can be found.
import { fileURLToPath } from "node:url";
import { findDocProblems } from "./problems.ts";

const problems = await findDocProblems(fileURLToPath(new URL("../..", import.meta.url)));
for (const problem of problems.sort()) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log("The pages name nothing that is not there.");
