import type { IForbiddenRuleType } from "dependency-cruiser";

const ground = ["core", "model", "db", "jobs", "events", "connector-kit"];
const capabilities = ["connections", "sync", "scheduling", "campaigns", "calls"];

/** What each folder of src may import. A folder that is not named here may import nothing, so a new one is noticed. */
export const mayImport: Record<string, readonly string[]> = {
  core: [],
  model: ["core"],
  db: ["core"],
  jobs: ["core", "db"],
  events: ["core", "model", "db", "jobs"],
  "connector-kit": ["core", "model"],
  connectors: ["core", "model", "connector-kit"],
  connections: ground,
  sync: [...ground, "connections"],
  scheduling: [...ground, "connections", "sync"],
  campaigns: [...ground, "connections", "sync", "scheduling"],
  calls: [...ground, "connections", "sync", "scheduling", "campaigns"],
  webhooks: [...ground, "connections"],
  insights: [...ground, ...capabilities, "webhooks"],
  api: [...ground, ...capabilities, "webhooks", "insights"],
  mcp: [...ground, ...capabilities, "webhooks", "insights"],
};

/** These start the product, so they may import everything, the simulators too. */
const entryFolders = ["app", "cli"];

// Tests, and the worlds they are played in (`testing.ts`, `acme.testing.ts`).
const testFile = "(\\.|/)test(ing)?\\.ts$";
const outsideSrc = "^(simulators|dashboard|tests|bench|scripts|bin)/";
const anyOf = (names: readonly string[]) => `(${names.join("|")})`;

const folderRules: IForbiddenRuleType[] = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `folder-${folder}`,
  comment: allowed.length > 0 ? `${folder} may import ${allowed.join(", ")}` : `${folder} may import no other folder`,
  severity: "error",
  from: { path: `^src/${folder}/`, pathNot: testFile },
  to: { path: ["^src/", outsideSrc], pathNot: `^src/${anyOf([folder, ...allowed])}/` },
}));

/** Every rule of the layout, for dependency-cruiser. Tests may look into any folder, by its front door. */
export const rules: IForbiddenRuleType[] = [
  ...folderRules,
  {
    name: "known-folder",
    comment: "a folder of src that has no row in scripts/boundaries/rules.ts",
    severity: "error",
    from: { path: "^src/", pathNot: `^src/${anyOf([...Object.keys(mayImport), ...entryFolders])}/` },
    to: {},
  },
  {
    name: "front-door",
    comment: "another folder is imported by its index.ts",
    severity: "error",
    from: { path: "^(src|simulators)/([^/]+)/" },
    to: {
      path: "^(src|simulators)/",
      pathNot: ["^$1/$2/", "^(src|simulators)/[^/]+/index\\.ts$", "^simulators/index\\.ts$"],
    },
  },
  {
    name: "own-front-door",
    comment: "inside a folder, files name each other; its own index.ts makes a circle that fails at start-up",
    severity: "error",
    from: { path: "^(src|simulators)/([^/]+)/.", pathNot: testFile },
    to: { path: "^$1/$2/index\\.ts$" },
  },
  {
    name: "connectors-apart",
    comment: "one connector does not know another; what two need moves into connector-kit",
    severity: "error",
    from: { path: "^src/connectors/([^/]+)/" },
    to: { path: "^src/connectors/[^/]+/", pathNot: "^src/connectors/$1/" },
  },
  {
    name: "simulators-apart",
    comment: "a simulator is written from the provider's documents: of src it may import core only",
    severity: "error",
    from: { path: "^simulators/", pathNot: testFile },
    to: { path: ["^src/", "^(dashboard|tests|bench|scripts|bin)/"], pathNot: "^src/core/" },
  },
  {
    name: "simulator-kit-only",
    comment: "one simulator does not know another, only the kit",
    severity: "error",
    from: { path: "^simulators/([^/]+)/", pathNot: testFile },
    to: { path: "^simulators/", pathNot: "^simulators/($1|kit)/" },
  },
  {
    name: "dashboard-contract",
    comment: "the dashboard knows the server by the types of its contract, nothing else",
    severity: "error",
    from: { path: "^dashboard/" },
    to: { path: ["^src/", "^simulators/"], pathNot: "^src/api/contract/" },
  },
  {
    name: "dashboard-types",
    comment: "from the server the dashboard takes types, so no server code reaches the browser",
    severity: "error",
    from: { path: "^dashboard/" },
    to: { path: "^src/", dependencyTypesNot: ["type-only"] },
  },
  {
    name: "installed-in-production",
    comment: "the product must start after npm ci --omit=dev",
    severity: "error",
    from: { path: "^(src|simulators)/", pathNot: testFile },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
  },
  {
    name: "no-circle",
    comment: "files that need each other to load",
    severity: "error",
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
  {
    name: "resolves",
    comment: "an import that leads nowhere",
    severity: "error",
    from: {},
    to: { couldNotResolve: true },
  },
];
