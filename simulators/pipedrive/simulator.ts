import { type Answer, createSimulator, type Knob, type Simulator } from "#simulators/kit";
import { createApi, tooManyBody } from "./api.ts";
import type { CompanyOptions } from "./company.ts";
import { createControl, type PipedriveControl } from "./control.ts";
import { unauthorized } from "./errors.ts";
import type { PipedriveLimits } from "./limits.ts";
import type { ApiTokenOptions, AppOptions, PipedriveOptions } from "./options.ts";
import { readState, showWorld } from "./page.ts";
import { callLogRoutes } from "./routes/call-logs.ts";
import { fieldRoutes } from "./routes/fields.ts";
import { fileRoutes } from "./routes/files.ts";
import { leadRoutes } from "./routes/leads.ts";
import { mergeRoutes } from "./routes/merge.ts";
import { noteRoutes } from "./routes/notes.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { pipelineRoutes } from "./routes/pipelines.ts";
import { recordRoutes } from "./routes/records.ts";
import { searchRoutes } from "./routes/search.ts";
import { userRoutes } from "./routes/users.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import { type Seed, seedCompany } from "./seed.ts";
import { createWorld, type World } from "./world.ts";

/** A Pipedrive of our own: companies, apps, tokens and CRM, on one local port. */
export function createPipedriveSimulator(options: PipedriveOptions = {}): Simulator<PipedriveControl> {
  return createSimulator(options, (base) => {
    const world = createWorld(base, options);
    let control: PipedriveControl;
    const api = createApi(world, [
      ...[recordRoutes, searchRoutes, fieldRoutes, pipelineRoutes, noteRoutes, userRoutes],
      ...[callLogRoutes, fileRoutes, leadRoutes, mergeRoutes, webhookRoutes, oauthRoutes(world)],
    ]);
    return {
      id: "pipedrive",
      name: "Pipedrive",
      handle: api.handle,
      failure,
      knobs: pipedriveKnobs(world, () => control),
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

function failure(status: number): Answer {
  if (status === 401) return unauthorized();
  if (status === 429) return { status, body: tooManyBody() };
  const error = status === 503 ? "Service unavailable" : "Internal server error";
  return { status, body: { success: false, error, error_info: "", data: null, additional_data: null } };
}

function pipedriveKnobs(world: World, control: () => PipedriveControl): Record<string, Knob> {
  return {
    seed: ({ companyId, ...seed }) =>
      seedCompany(
        world.company(companyId === undefined ? undefined : Number(companyId)),
        seed as Seed,
        world.base.random,
      ),
    revoke: (what) => ({ revoked: control().revoke(what as Parameters<PipedriveControl["revoke"]>[0]) }),
    rotate: ({ refreshTokens, apiToken, clientId, clientSecret }) => {
      if (refreshTokens === "single-use" || refreshTokens === "reusable") control().refreshTokens(refreshTokens);
      const app = world.apps.get(String(clientId));
      if (app && typeof clientSecret === "string") app.clientSecret = clientSecret;
      if (typeof apiToken !== "string") return undefined;
      const caller = world.apiTokens.get(apiToken);
      if (!caller) throw new Error("No such API token");
      world.apiTokens.delete(apiToken);
      return { apiToken: world.addApiToken({ companyId: caller.company.id, userId: caller.userId }) };
    },
    expire: (which) => ({ expired: control().expireAccessTokens(which) }),
    uninstall: ({ callbackUrl, ...which }) => {
      void control().uninstall(String(callbackUrl), which);
      return undefined;
    },
    "index-lag": ({ ms }) => {
      if (typeof ms !== "number") throw new Error("ms must be a number");
      control().searchIndexLag(ms);
    },
    "phone-search": ({ mode }) => {
      if (mode !== "digits" && mode !== "as-written") throw new Error("mode must be digits or as-written");
      control().phoneSearch(mode);
    },
    limits: ({ mode, ...limits }) =>
      control().limits(mode === "off" || mode === "documented" ? mode : (limits as Partial<PipedriveLimits>)),
    company: (options) => ({ id: world.addCompany(options as CompanyOptions).id }),
    app: (options) => world.addApp(options as AppOptions),
    "api-token": (options) => ({ apiToken: world.addApiToken(options as ApiTokenOptions) }),
    connect: (which) => {
      const { grant: _grant, ...tokens } = control().connect(which);
      return tokens;
    },
  };
}
