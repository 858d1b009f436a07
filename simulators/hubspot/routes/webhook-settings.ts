import { type Answer, type Exchange, readBearer, readJson } from "#simulators/kit";
import type { Routes } from "../api.ts";
import { HubSpotError, invalid, notFound } from "../errors.ts";
import { type App, defaults, type Subscription } from "../options.ts";
import type { World } from "../world.ts";

/** The settings of an app's webhooks: one address and a list of subscriptions, with the developer's key. */
export function webhookSettingRoutes(world: World): Routes {
  return (add) => {
    const route = (act: (app: App, body: Record<string, unknown>, subscription: string) => Answer) => ({
      open: (exchange: Exchange, params: Record<string, string>) => {
        checkKey(exchange);
        const app = [...world.apps.values()].find(({ id }) => String(id) === params.app);
        if (!app) throw notFound();
        return act(app, (readJson(exchange) ?? {}) as Record<string, unknown>, params.subscription ?? "");
      },
    });
    add("GET", "/webhooks/:app/settings", route(showSettings));
    add("PUT", "/webhooks/:app/settings", route(putSettings));
    add("DELETE", "/webhooks/:app/settings", route(clearSettings));
    add(
      "GET",
      "/webhooks/:app/subscriptions",
      route((app) => ({ status: 200, body: { results: app.subscriptions.map(view) } })),
    );
    add("POST", "/webhooks/:app/subscriptions", route(subscribe));
    add(
      "GET",
      "/webhooks/:app/subscriptions/:subscription",
      route((app, _body, id) => ({ status: 200, body: view(find(app, id)) })),
    );
    add("PATCH", "/webhooks/:app/subscriptions/:subscription", route(patch));
    add("DELETE", "/webhooks/:app/subscriptions/:subscription", route(unsubscribe));
  };

  function showSettings(app: App): Answer {
    if (!app.targetUrl) throw notFound("No webhook settings exist for this app");
    const createdAt = new Date(0).toISOString();
    return {
      status: 200,
      body: { targetUrl: app.targetUrl, throttling: { maxConcurrentRequests: app.maxConcurrentRequests }, createdAt },
    };
  }

  function putSettings(app: App, body: Record<string, unknown>): Answer {
    const { targetUrl, throttling } = body as { targetUrl?: string; throttling?: { maxConcurrentRequests?: number } };
    if (!targetUrl || !URL.canParse(targetUrl)) throw invalid("targetUrl must be a URL");
    const most = throttling?.maxConcurrentRequests;
    if (!Number.isInteger(most) || (most as number) < 5)
      throw invalid("throttling.maxConcurrentRequests must be at least 5");
    app.targetUrl = targetUrl;
    app.maxConcurrentRequests = most as number;
    return showSettings(app);
  }

  function clearSettings(app: App): Answer {
    app.targetUrl = undefined;
    return { status: 204 };
  }

  function subscribe(app: App, body: Record<string, unknown>): Answer {
    const { eventType, propertyName, objectTypeId, active = false } = body as Partial<Subscription>;
    if (
      !eventType ||
      !/^\w+\.(creation|deletion|merge|restore|propertyChange|associationChange|privacyDeletion)$/.test(eventType)
    ) {
      throw invalid(`eventType ${eventType} is not known`);
    }
    if (eventType.endsWith(".propertyChange") && !propertyName)
      throw invalid("propertyName is required for propertyChange subscriptions");
    if (app.subscriptions.length >= 1_000) throw invalid("An app can have at most 1,000 subscriptions");
    const subscription: Subscription = {
      id: app.id * 100 + app.subscriptions.length,
      eventType,
      active,
      createdAt: new Date(world.clock.now()).toISOString(),
      ...(propertyName === undefined ? {} : { propertyName }),
      ...(objectTypeId === undefined ? {} : { objectTypeId }),
    };
    app.subscriptions.push(subscription);
    return { status: 201, body: view(subscription) };
  }

  function patch(app: App, body: Record<string, unknown>, id: string): Answer {
    const subscription = find(app, id);
    if (typeof body.active === "boolean") subscription.active = body.active;
    return { status: 200, body: view(subscription) };
  }

  function unsubscribe(app: App, _body: Record<string, unknown>, id: string): Answer {
    app.subscriptions.splice(app.subscriptions.indexOf(find(app, id)), 1);
    return { status: 204 };
  }

  function find(app: App, id: string): Subscription {
    const found = app.subscriptions.find((one) => String(one.id) === id);
    if (!found) throw notFound();
    return found;
  }

  function view(subscription: Subscription) {
    return { ...subscription, id: String(subscription.id) };
  }

  function checkKey(exchange: Exchange): void {
    const key = exchange.query.get("hapikey") ?? readBearer(exchange);
    if (key === defaults.developerApiKey) return;
    throw new HubSpotError(401, "The developer API key is missing or wrong", { category: "INVALID_AUTHENTICATION" });
  }
}
