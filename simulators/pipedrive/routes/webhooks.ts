import { type Call, type Routes, readBody } from "../api.ts";
import { PlainError } from "../errors.ts";
import { eventActions, eventObjects, viewWebhook, type Webhook } from "../webhook-senders.ts";

const scopes = ["admin"];
const mostPerUser = 40;

/** Webhooks; an app sees and ends only those it made itself. */
export const webhookRoutes: Routes = (add) => {
  add("GET", "/v1/webhooks", {
    cost: 10,
    scopes,
    handle: (call) => ({ status: 200, body: { success: true, status: "ok", data: visible(call).map(viewWebhook) } }),
  });
  add("POST", "/v1/webhooks", { cost: 10, scopes, handle: create });
  add("DELETE", "/v1/webhooks/:id", { cost: 6, scopes, handle: remove });
};

function ofCompany({ world, company }: Call): Webhook[] {
  return [...world.webhooks.held.values()].filter(({ companyId }) => companyId === company.id);
}

function visible(call: Call): Webhook[] {
  const { clientId } = call.caller;
  return ofCompany(call).filter((hook) => clientId === undefined || hook.clientId === clientId);
}

function create(call: Call) {
  const { world, company, caller, author } = call;
  const body = readBody(call);
  const errors: Record<string, string[]> = {};
  const url = String(body.subscription_url ?? "");
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : "")) {
    errors.subscription_url = ["invalid or non-reachable URL"];
  }
  if (!eventActions.some((action) => action === body.event_action)) errors.event_action = ["invalid value"];
  if (!eventObjects.some((object) => object === body.event_object)) errors.event_object = ["invalid value"];
  if (typeof body.name !== "string" || body.name === "") errors.name = ["is required"];
  if (body.version !== undefined && body.version !== "2.0") errors.version = ["is no longer supported"];
  const ownerId = Number(body.user_id ?? author.userId);
  if (!company.users.some(({ id }) => id === ownerId)) errors.user_id = ["not found"];
  if (ofCompany(call).filter((hook) => hook.ownerId === ownerId).length >= mostPerUser) {
    errors.user_id = [`has ${mostPerUser} webhooks already`];
  }
  if (Object.keys(errors).length > 0) throw new PlainError(400, { status: "error", success: false, errors });
  const hook = world.webhooks.add({
    companyId: company.id,
    clientId: caller.clientId,
    ownerId,
    url,
    name: String(body.name),
    action: String(body.event_action),
    object: String(body.event_object),
    user: typeof body.http_auth_user === "string" ? body.http_auth_user : null,
    password: typeof body.http_auth_password === "string" ? body.http_auth_password : null,
  });
  return { status: 201, body: { status: "ok", success: true, data: viewWebhook(hook) } };
}

function remove(call: Call) {
  const hook = ofCompany(call).find(({ id }) => String(id) === call.params.id);
  if (!hook) throw new PlainError(404, { status: "error", success: false, errors: { id: ["not found"] } });
  if (!visible(call).includes(hook)) throw new PlainError(403, { success: false, message: "Forbidden" });
  call.world.webhooks.held.delete(hook.id);
  return { status: 200, body: { success: true, status: "ok" } };
}
