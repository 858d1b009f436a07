import { createSimulator, type Exchange, type Knob, type Simulator } from "#simulators/kit";
import { createApi } from "./api.ts";
import { createControl, type HubSpotControl } from "./control.ts";
import type { HubSpotLimits } from "./limits.ts";
import type { HubSpotOptions } from "./options.ts";
import { readState, showWorld } from "./page.ts";
import { accountRoutes } from "./routes/account.ts";
import { associationRoutes } from "./routes/associations.ts";
import { automationRoutes } from "./routes/automation.ts";
import { batchRoutes } from "./routes/batch.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { objectRoutes } from "./routes/objects.ts";
import { pipelineRoutes } from "./routes/pipelines.ts";
import { propertyRoutes } from "./routes/properties.ts";
import { schedulerRoutes } from "./routes/scheduler.ts";
import { webhookSettingRoutes } from "./routes/webhook-settings.ts";
import { type Seed, seedPortal } from "./seed.ts";
import { createWorld, type World } from "./world.ts";

/** A HubSpot of our own: accounts, apps, tokens and CRM, on one local port. */
export function createHubSpotSimulator(options: HubSpotOptions = {}): Simulator<HubSpotControl> {
  return createSimulator(options, (base) => {
    const world = createWorld(base, options);
    let control: HubSpotControl;
    const api = createApi(world, [
      objectRoutes,
      batchRoutes,
      associationRoutes,
      propertyRoutes,
      pipelineRoutes,
      accountRoutes,
      automationRoutes,
      schedulerRoutes,
      oauthRoutes(world),
      webhookSettingRoutes(world),
    ]);
    return {
      id: "hubspot",
      name: "HubSpot",
      handle: (exchange: Exchange) => api.handle(exchange),
      failure: (status) => ({ status, body: failureBody(status, base.random.uuid()) }),
      knobs: hubSpotKnobs(world, () => control),
      state: (query) => readState(world, query),
      page: (query) => showWorld(world, query),
      reset: () => world.reset(),
      control: (shared) => {
        control = createControl(shared, world);
        return control;
      },
    };
  });
}

function failureBody(status: number, correlationId: string): Record<string, unknown> {
  if (status === 429) {
    return {
      status: "error",
      message: "You have reached your ten_secondly_rolling limit.",
      errorType: "RATE_LIMIT",
      correlationId,
      policyName: "TEN_SECONDLY_ROLLING",
      groupName: "publicapi:simulated",
    };
  }
  const message = status === 503 ? "Service unavailable" : status === 423 ? "The resource is locked" : "internal error";
  return { status: "error", message, correlationId };
}

function hubSpotKnobs(world: World, control: () => HubSpotControl): Record<string, Knob> {
  return {
    seed: ({ portalId, ...seed }) => seedPortal(world.portal(optionalNumber(portalId)), seed as Seed),
    revoke: (what) => ({ revoked: control().revoke(what as Parameters<HubSpotControl["revoke"]>[0]) }),
    rotate: ({ refreshTokens, staticToken, clientId, clientSecret }) => {
      if (refreshTokens === "single-use" || refreshTokens === "reusable") control().refreshTokens(refreshTokens);
      const app = world.apps.get(String(clientId));
      if (app && typeof clientSecret === "string") app.clientSecret = clientSecret;
      return typeof staticToken === "string" ? { staticToken: world.replaceStaticToken(staticToken) } : undefined;
    },
    expire: (which) => ({ expired: control().expireAccessTokens(which as { clientId?: string; portalId?: number }) }),
    "index-lag": ({ ms }) => {
      if (typeof ms !== "number") throw new Error("ms must be a number");
      control().searchIndexLag(ms);
    },
    limits: ({ mode, ...limits }) =>
      control().limits(mode === "off" || mode === "documented" ? mode : (limits as Partial<HubSpotLimits>)),
    portal: (options) => ({ id: world.addPortal(options).id }),
    app: (options) => world.addApp(options),
    "static-token": (options) => ({ token: world.addStaticToken(options) }),
    connect: (which) => {
      const { grant: _grant, ...tokens } = control().connect(which as { clientId?: string; portalId?: number });
      return tokens;
    },
    subscriptions: ({ clientId, targetUrl, subscriptions }) => {
      const settings = { targetUrl, subscriptions } as Parameters<HubSpotControl["webhooks"]>[1];
      control().webhooks(String(clientId), settings);
    },
  };
}

function optionalNumber(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}
