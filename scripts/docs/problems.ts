import fs from "node:fs/promises";
import path from "node:path";

interface Page {
  /** Relative to the root, with forward slashes. */
  file: string;
  text: string;
  links: string[];
  headings: string[];
}

const folders = "{src,simulators,dashboard,docs,tests,bench,scripts}";
const starts = ["README.md", "docs/README.md"];
const codePath = /^(?:src|simulators|dashboard|docs|tests|bench|scripts|bin|\.ci)\/[\w./*-]+$/;

// Places that exist on one machine only, and hosts that only one network knows.
const localPlaces = [/(?<![\w.])\/(?:work|root|home)\/\w/, /\bregistry\.[\w-]+\.\w+/];

/** Everything that is wrong with the pages below `root`, a line each: `file: what`. */
export async function findDocProblems(root: string): Promise<string[]> {
  const pages = await readPages(root);
  const byFile = new Map(pages.map((page) => [page.file, page]));
  const scripts = await npmScripts(root);
  const found = await Promise.all(
    pages.map(async (page) => [
      ...(await brokenLinks(root, page, byFile)),
      ...(await missingPaths(root, page)),
      ...(await missingTests(root, page)),
      ...missingScripts(page, scripts),
      ...localPlaces.flatMap((place) => place.exec(page.text)?.map((word) => `${page.file}: names ${word}`) ?? []),
    ]),
  );
  return [...found.flat(), ...unreachable(byFile)];
}

async function readPages(root: string): Promise<Page[]> {
  const exclude = ["**/node_modules"];
  const files = [
    ...(await Array.fromAsync(fs.glob("*.md", { cwd: root, exclude }))),
    ...(await Array.fromAsync(fs.glob(`${folders}/**/*.md`, { cwd: root, exclude }))),
  ];
  return Promise.all(
    files.map(async (name) => {
      const file = name.split(path.sep).join("/");
      const text = await fs.readFile(path.join(root, file), "utf8");
      const prose = text.replaceAll(/^```.*?^```/gms, "");
      return { file, text, links: linksIn(prose), headings: headingsIn(prose) };
    }),
  );
}

function linksIn(prose: string): string[] {
  const withoutCode = prose.replaceAll(/`[^`\n]*`/g, "");
  return [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "").filter(isOurs);
}

const isOurs = (target: string) => !/^[a-z]+:/.test(target);

// The way repository hosts make an anchor of a heading.
function headingsIn(prose: string): string[] {
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

async function brokenLinks(root: string, page: Page, byFile: Map<string, Page>): Promise<string[]> {
  const broken: string[] = [];
  for (const link of page.links) {
    const [target = "", anchor] = link.split("#");
    const file = target === "" ? page.file : path.posix.join(path.posix.dirname(page.file), target);
    if (!(await exists(path.join(root, file)))) broken.push(`${page.file}: the link ${link} leads nowhere`);
    else if (anchor && byFile.has(file) && !byFile.get(file)?.headings.includes(anchor))
      broken.push(`${page.file}: the link ${link} names a heading that is not there`);
  }
  return broken;
}

async function missingPaths(root: string, { file, text }: Page): Promise<string[]> {
  const named = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? "").filter((code) => codePath.test(code));
  const missing: string[] = [];
  for (const code of new Set(named)) {
    const isThere = code.includes("*")
      ? (await Array.fromAsync(fs.glob(code, { cwd: root }))).length > 0
      : await exists(path.join(root, code));
    if (!isThere) missing.push(`${file}: names ${code}, which does not exist`);
  }
  return missing;
}

// `src/a.test.ts` “a sentence”: the page says that this test shows something.
async function missingTests(root: string, { file, text }: Page): Promise<string[]> {
  const missing: string[] = [];
  for (const [, named = "", sentence = ""] of text.matchAll(/`([\w./-]+\.test\.ts)` “([^”]+)”/g)) {
    const code = await fs.readFile(path.join(root, named), "utf8").catch(() => "");
    if (!code.includes(sentence)) missing.push(`${file}: ${named} has no test “${sentence}”`);
  }
  return missing;
}

function missingScripts({ file, text }: Page, scripts: ReadonlySet<string>): string[] {
  return [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)]
    .map(([, script]) => script ?? "")
    .filter((script) => !scripts.has(script))
    .map((script) => `${file}: npm run ${script} is no script of package.json`);
}

function unreachable(byFile: Map<string, Page>): string[] {
  const reached = new Set(starts);
  for (const file of reached)
    for (const link of byFile.get(file)?.links ?? []) {
      const target = path.posix.join(path.posix.dirname(file), link.split("#")[0] ?? "");
      if (byFile.has(target)) reached.add(target);
    }
  return [...byFile.keys()]
    .filter((file) => file.startsWith("docs/") && !reached.has(file))
    .map((file) => `${file}: no page leads here from ${starts.join(" or ")}`);
}

async function npmScripts(root: string): Promise<ReadonlySet<string>> {
  const manifest = JSON.parse(await fs.readFile(path.join(root, "package.json"), "utf8"));
  return new Set(Object.keys(manifest.scripts));
}

const exists = (file: string) =>
  fs.access(file).then(
    () => true,
    () => false,
  );
