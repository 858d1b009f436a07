import { createSimulator, type Knob, type Simulator } from "#simulators/kit";
import { createApi } from "./api.ts";
import { createControl, type SalesforceControl } from "./control.ts";
import { failure } from "./errors.ts";
import type { SalesforceOptions } from "./options.ts";
import { readState, showWorld } from "./page.ts";
import { collectionRoutes } from "./routes/collections.ts";
import { compositeRoutes } from "./routes/composite.ts";
import { feedRoutes } from "./routes/feeds.ts";
import { metadataRoutes } from "./routes/metadata.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { queryRoutes } from "./routes/query.ts";
import { recordRoutes } from "./routes/records.ts";
import { createWorld } from "./world.ts";

/** A Salesforce of our own: orgs, apps, tokens and records, on one local port. */
export function createSalesforceSimulator(options: SalesforceOptions = {}): Simulator<SalesforceControl> {
  return createSimulator(options, (base) => {
    const world = createWorld(base, options);
    let control: SalesforceControl;
    const api = createApi(world, oauthRoutes(world), [
      recordRoutes,
      collectionRoutes,
      compositeRoutes,
      queryRoutes,
      metadataRoutes,
      feedRoutes,
    ]);
    return {
      id: "salesforce",
      name: "Salesforce",
      handle: api.handle,
      failure,
      knobs: knobsOf(() => control),
      state: (query) => readState(world, query),
      page: (query) => showWorld(world, query),
      reset: world.reset,
      control: (shared) => {
        control = createControl(shared, world);
        return control;
      },
    };
  });
}

function knobsOf(control: () => SalesforceControl): Record<string, Knob> {
  // The input of a knob is typed by the function it is handed to; what does not fit is refused there.
  const org = (id: unknown) => control().org(id === undefined ? undefined : String(id));
  return {
    seed: ({ orgId, ...rows }) => org(orgId).seed(rows as Parameters<ReturnType<typeof org>["seed"]>[0]),
    org: (options) => ({ id: control().addOrg(options).id }),
    app: (options) => control().addApp(options),
    connect: (which) => {
      const { grant: _grant, ...tokens } = control().connect(which as { orgId?: string });
      return tokens;
    },
    revoke: (which) => ({ revoked: control().revoke(which as { orgId?: string }) }),
    expire: (which) => ({ expired: control().expireAccessTokens(which as { orgId?: string }) }),
    rotate: ({ refreshTokens }) => {
      if (refreshTokens !== "single-use" && refreshTokens !== "reusable") throw new Error("single-use or reusable");
      control().refreshTokens(refreshTokens);
    },
    limits: ({ mode, orgId, daily }) => {
      if (mode === "off" || mode === "documented") control().limits(mode);
      if (typeof daily === "number") org(orgId).dailyRequests(daily);
    },
    "index-lag": ({ ms }) => {
      if (typeof ms !== "number") throw new Error("ms must be a number");
      control().searchIndexLag(ms);
    },
    lock: ({ count }) => control().lockRows(Number(count ?? 1)),
    "custom-field": ({ orgId, remove, ...field }) => {
      const { object, name } = field as { object: string; name: string };
      if (remove) org(orgId).removeCustomField(object, name);
      else org(orgId).addCustomField({ object, name, ...field });
    },
    rule: ({ orgId, kind, clear, ...rule }) => {
      if (clear) org(orgId).clearRules();
      if (kind === "duplicate") org(orgId).addDuplicateRule(rule as never);
      if (kind === "validation") org(orgId).addValidationRule(rule as never);
    },
    flow: ({ orgId, ...flow }) => org(orgId).addFlow(flow as never),
    hide: ({ orgId, object, hidden }) => org(orgId).hide(String(object), hidden !== false),
  };
}
