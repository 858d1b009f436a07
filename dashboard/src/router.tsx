import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from "@tanstack/react-router";
import { oneOf, parseSearch, stringifySearch, texts } from "./rules/search.ts";
import { AppLayout } from "./shell/app-layout.tsx";
import { NotFound, PageFailed, Root } from "./shell/root.tsx";

const root = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: PageFailed,
  // The tenant of a host key travels in the address, so that a link shows the same thing to the next person.
  validateSearch: (search: Record<string, unknown>): { tenant?: string } => texts(search, ["tenant"]),
  search: { middlewares: [retainSearchParams(["tenant"])] },
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { return_to?: string } => texts(search, ["return_to"]),
  component: lazyRouteComponent(() => import("./pages/login.tsx"), "LoginPage"),
});

const app = createRoute({ getParentRoute: () => root, id: "app", component: AppLayout });

const status = createRoute({
  getParentRoute: () => app,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/status.tsx"), "StatusPage"),
});

const integrations = createRoute({
  getParentRoute: () => app,
  path: "/integrations",
  validateSearch: (search: Record<string, unknown>): IntegrationsSearch =>
    texts(search, ["q", "status", "capability", "connect", "connected"]),
  component: lazyRouteComponent(() => import("./pages/integrations/integrations-page.tsx"), "IntegrationsPage"),
});
export interface IntegrationsSearch {
  q?: string;
  status?: string;
  capability?: string;
  /** The provider whose connect sheet is open. */
  connect?: string;
  /** The connection that was just made, whose test is shown. */
  connected?: string;
}

const connection = createRoute({
  getParentRoute: () => app,
  path: "/connections/$id",
  validateSearch: (search: Record<string, unknown>): ConnectionSearch => {
    const tab = oneOf(search.tab, connectionTabs);
    return { ...texts(search, ["state", "cursor"]), ...(tab ? { tab } : {}) };
  },
  component: lazyRouteComponent(() => import("./pages/connection/connection-page.tsx"), "ConnectionPage"),
});
export const connectionTabs = ["overview", "activity", "inbound", "settings"] as const;
export type ConnectionTab = (typeof connectionTabs)[number];
export interface ConnectionSearch {
  tab?: ConnectionTab;
  state?: string;
  cursor?: string;
}

const calls = createRoute({
  getParentRoute: () => app,
  path: "/calls",
  validateSearch: (search: Record<string, unknown>): CallsSearch =>
    texts(search, ["agent_id", "connection_id", "sync_state", "q", "cursor"]),
  component: lazyRouteComponent(() => import("./pages/calls/calls-page.tsx"), "CallsPage"),
});
export interface CallsSearch {
  agent_id?: string;
  connection_id?: string;
  sync_state?: string;
  q?: string;
  cursor?: string;
}

const call = createRoute({
  getParentRoute: () => app,
  path: "/calls/$id",
  component: lazyRouteComponent(() => import("./pages/calls/call-page.tsx"), "CallPage"),
});

const trace = createRoute({
  getParentRoute: () => app,
  path: "/trace",
  validateSearch: (search: Record<string, unknown>): { q?: string } => texts(search, ["q"]),
  component: lazyRouteComponent(() => import("./pages/calls/trace-page.tsx"), "TracePage"),
});

const inbound = createRoute({
  getParentRoute: () => app,
  path: "/webhooks/inbound",
  validateSearch: (search: Record<string, unknown>): InboundSearch =>
    texts(search, ["state", "connection_id", "cursor"]),
  component: lazyRouteComponent(() => import("./pages/inbound/inbound-page.tsx"), "InboundPage"),
});
export interface InboundSearch {
  state?: string;
  connection_id?: string;
  cursor?: string;
}

const apiKeys = createRoute({
  getParentRoute: () => app,
  path: "/developers/keys",
  component: lazyRouteComponent(() => import("./pages/api-keys/api-keys-page.tsx"), "ApiKeysPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    app.addChildren([status, integrations, connection, calls, call, trace, inbound, apiKeys]),
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
