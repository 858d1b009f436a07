import fs from "node:fs/promises";
import path from "node:path";
import { cruise } from "dependency-cruiser";
import { rules } from "./rules.ts";

const overlookedComment = "an import the checker cannot read; write it as `import type { … } from`";

export interface Violation {
  rule: string;
  comment: string;
  from: string;
  to: string;
}

export interface Reading {
  /** Every file that was read, and how many imports were found in all of them together. */
  files: string[];
  imports: number;
  violations: Violation[];
}

/** Reads all files below `root` and holds their imports against the rules. Paths are given relative to `root`. */
export async function readImports(root: string, folders: readonly string[], exclude?: string): Promise<Reading> {
  const { output } = await cruise(
    [...folders],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: rules },
      // The default one asks TypeScript, whose version 7 it cannot ask: types and values are then not told apart.
      parser: "swc",
      doNotFollow: { path: "node_modules" },
      ...(exclude ? { exclude: { path: exclude } } : {}),
    },
    {
      conditionNames: ["import", "node", "default", "types"],
      exportsFields: ["exports"],
      extensions: [".ts", ".tsx", ".js", ".json", ".d.ts"],
    },
  );
  const { modules, summary } = output as Exclude<typeof output, string>;
  const own = modules.filter(({ source }) => folders.some((folder) => source.startsWith(`${folder}/`)));
  return {
    files: own.map(({ source }) => source),
    imports: own.reduce((sum, { dependencies }) => sum + dependencies.length, 0),
    violations: [
      ...summary.violations.map(({ rule, from, to }) => ({
        rule: rule.name,
        comment: rules.find(({ name }) => name === rule.name)?.comment ?? "",
        from,
        to,
      })),
      ...(await overlooked(root, own)),
    ],
  };
}

interface ReadFile {
  source: string;
  dependencies: readonly { module: string }[];
}

// The checker does not see a type taken by a called import, and may one day not see more: its list is compared with the text.
const importInText = /^(?:import|export|\})[^"\n]*? from "([.#][^"]+)"|\bimport\("([.#][^"]+)"\)/gm;

async function overlooked(root: string, files: readonly ReadFile[]): Promise<Violation[]> {
  const found = await Promise.all(
    files.map(async ({ source, dependencies }) => {
      const text = await fs.readFile(path.join(root, source), "utf8");
      const seen = new Set(dependencies.map(({ module }) => module));
      return [...text.matchAll(importInText)]
        .map(([, from, called]) => from ?? called ?? "")
        .filter((specifier) => !seen.has(specifier))
        .map((to) => ({ rule: "overlooked", comment: overlookedComment, from: source, to }));
    }),
  );
  return found.flat();
}
