/** Finds the route of a path. `:name` in a pattern takes one segment. */
export interface Router<Route> {
  add(method: string, pattern: string, route: Route): void;
  find(method: string, segments: readonly string[]): Found<Route>;
}

export type Found<Route> =
  | { kind: "found"; route: Route; params: Record<string, string> }
  | { kind: "wrong-method"; allowed: string[] }
  | { kind: "unknown" };

interface Branch<Route> {
  fixed: Map<string, Branch<Route>>;
  open?: { name: string; branch: Branch<Route> };
  routes: Map<string, Route>;
}

export function createRouter<Route>(): Router<Route> {
  const root = newBranch<Route>();
  return { add, find };

  function add(method: string, pattern: string, route: Route): void {
    let branch = root;
    for (const part of pattern.split("/").filter(Boolean)) {
      if (part.startsWith(":")) {
        branch.open ??= { name: part.slice(1), branch: newBranch<Route>() };
        branch = branch.open.branch;
      } else {
        const next = branch.fixed.get(part) ?? newBranch<Route>();
        branch.fixed.set(part, next);
        branch = next;
      }
    }
    branch.routes.set(method, route);
  }

  function find(method: string, segments: readonly string[]): Found<Route> {
    const taken: Record<string, string> = {};
    const branch = walk(root, segments, 0, taken);
    if (!branch) return { kind: "unknown" };
    const route = branch.routes.get(method);
    if (route === undefined) return { kind: "wrong-method", allowed: [...branch.routes.keys()] };
    return { kind: "found", route, params: taken };
  }
}

function newBranch<Route>(): Branch<Route> {
  return { fixed: new Map(), routes: new Map() };
}

// A fixed word wins over an open one; when it leads nowhere, the open one is tried.
function walk<Route>(
  branch: Branch<Route>,
  segments: readonly string[],
  depth: number,
  taken: Record<string, string>,
): Branch<Route> | undefined {
  const part = segments[depth];
  if (part === undefined) return branch.routes.size > 0 ? branch : undefined;
  const fixed = branch.fixed.get(part);
  const found = fixed && walk(fixed, segments, depth + 1, taken);
  if (found) return found;
  if (!branch.open || part === "") return undefined;
  const below = walk(branch.open.branch, segments, depth + 1, taken);
  if (below) taken[branch.open.name] = part;
  return below;
}
