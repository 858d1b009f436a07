import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { consent, createCaller, startSimulator } from "#simulators/kit";
import { createPipedriveSimulator, defaults } from "./index.ts";

const { clientId, clientSecret } = defaults.app;
const callback = "http://127.0.0.1:9/cb?x=1";
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

async function askToken(url: string, fields: Record<string, string>, authorization = basic(clientId, clientSecret)) {
  const body = new URLSearchParams(fields);
  const answer = await fetch(`${url}/oauth/token`, { method: "POST", headers: { authorization }, body });
  // biome-ignore lint/suspicious/noExplicitAny: answers of all shapes, looked into by assertions
  return { status: answer.status, body: (await answer.json()) as any };
}

async function signIn(url: string) {
  const query = new URLSearchParams({ client_id: clientId, redirect_uri: callback, state: "s 1" });
  return consent(`${url}/oauth/authorize?${query}`);
}

test("a person signs in, and the token answer names the company's address and the app's own scopes", async (t) => {
  const { url } = await startSimulator(t, createPipedriveSimulator, {
    apps: [{ scopes: ["base", "contacts:full"] }],
  });
  const back = await signIn(url);
  assert.equal(back.searchParams.get("state"), "s 1");
  assert.equal(back.searchParams.get("x"), "1");
  const code = back.searchParams.get("code") ?? "";

  const { status, body } = await askToken(url, { grant_type: "authorization_code", code, redirect_uri: callback });

  assert.equal(status, 200);
  assert.deepEqual([body.token_type, body.expires_in, body.api_domain], ["Bearer", 3_599, url]);
  assert.equal(body.scope, "base,contacts:full");
  const call = createCaller(`${body.api_domain}/api`, { authorization: `Bearer ${body.access_token}` });
  const me = await call("GET", "/v1/users/me");
  assert.equal(me.body.data.company_id, defaults.companyId);
  const refused = await call("GET", "/v2/deals");
  assert.equal(refused.status, 403, "the app has no scope for deals, whatever the address asked for");
});

test("scopes in the sign-in address change nothing", async (t) => {
  const { url } = await startSimulator(t, createPipedriveSimulator, { apps: [{ scopes: ["base"] }] });
  const query = new URLSearchParams({ client_id: clientId, redirect_uri: callback, scope: "admin" });
  const back = await consent(`${url}/oauth/authorize?${query}`);
  const code = back.searchParams.get("code") ?? "";
  const { body } = await askToken(url, { grant_type: "authorization_code", code, redirect_uri: callback });
  assert.equal(body.scope, "base");
});

test("an unknown app or a foreign address gets a page and no redirect, and a refusal goes back with an error", async (t) => {
  const { url } = await startSimulator(t, createPipedriveSimulator, {
    apps: [{ redirectUri: "http://127.0.0.1:9/right" }],
  });
  const open = (id: string, address: string) =>
    fetch(`${url}/oauth/authorize?${new URLSearchParams({ client_id: id, redirect_uri: address })}`, {
      redirect: "manual",
    });
  assert.equal((await open("nobody", "http://127.0.0.1:9/right")).status, 400);
  assert.equal((await open(clientId, "http://127.0.0.1:9/wrong")).status, 400);
  const right = new URLSearchParams({ client_id: clientId, redirect_uri: "http://127.0.0.1:9/right" });
  const back = await consent(`${url}/oauth/authorize?${right}`, { decision: "deny" });
  assert.equal(back.searchParams.get("error"), "access_denied");
});

test("the app proves itself by Basic only, and codes work once and for five minutes", async (t) => {
  const { url, control } = await startSimulator(t, createPipedriveSimulator);
  const code = (await signIn(url)).searchParams.get("code") ?? "";
  const grant = { grant_type: "authorization_code", code, redirect_uri: callback };

  const inBody = await askToken(url, { ...grant, client_id: clientId, client_secret: clientSecret }, "");
  assert.deepEqual([inBody.status, inBody.body.error], [401, "invalid_client"]);
  const wrong = await askToken(url, grant, basic(clientId, "no"));
  assert.equal(wrong.status, 401);
  const other = await askToken(url, { ...grant, redirect_uri: "http://127.0.0.1:9/other" });
  assert.deepEqual([other.status, other.body.error, other.body.success], [400, "invalid_grant", false]);
  assert.equal((await askToken(url, grant)).status, 200);
  assert.equal((await askToken(url, grant)).status, 400);

  const late = (await signIn(url)).searchParams.get("code") ?? "";
  control.clock.advance(5 * 60_000);
  assert.match((await askToken(url, { ...grant, code: late })).body.message, /^Invalid grant: .*expired/);
});

test("refresh tokens change with each use, or stay when told, and die after 60 days unused", async (t) => {
  const { url, control } = await startSimulator(t, createPipedriveSimulator);
  const { refreshToken } = control.connect();
  const refresh = (token: string) => askToken(url, { grant_type: "refresh_token", refresh_token: token });
  const second = (await refresh(refreshToken)).body.refresh_token;
  assert.notEqual(second, refreshToken);
  assert.equal((await refresh(refreshToken)).body.error, "invalid_grant");

  control.refreshTokens("reusable");
  control.clock.advance(59 * 86_400_000);
  assert.equal((await refresh(second)).body.refresh_token, second);
  control.clock.advance(59 * 86_400_000);
  assert.equal((await refresh(second)).status, 200, "a use begins the 60 days anew");
  control.clock.advance(61 * 86_400_000);
  assert.equal((await refresh(second)).status, 400);
});

test("a token that is missing, wrong, expired or revoked is refused alike", async (t) => {
  const { url, control } = await startSimulator(t, createPipedriveSimulator);
  const tokens = control.connect();
  const status = async (headers: Record<string, string>, path = "/api/v1/users/me") =>
    (await createCaller(url, headers)("GET", path)).status;
  const bearer = { authorization: `Bearer ${tokens.accessToken}` };
  assert.equal(await status(bearer), 200);
  assert.equal(await status({ "x-api-token": defaults.apiToken }), 200);
  assert.equal(await status({}), 401);
  assert.equal(await status({ "x-api-token": "no" }), 401);
  assert.equal(await status({}, `/api/v1/users/me?api_token=${defaults.apiToken}`), 401, "the old query is gone");
  control.expireAccessTokens();
  const { status: expired, body, headers } = await createCaller(url, bearer)("GET", "/api/v1/users/me");
  assert.equal(expired, 401);
  assert.deepEqual([body.error, body.errorCode], ["unauthorized access", 401]);
  assert.ok(headers.get("x-401-by-gw"));
});

test("revoking the refresh token uninstalls; revoking an access token ends only that one", async (t) => {
  const { url, control } = await startSimulator(t, createPipedriveSimulator);
  const first = control.connect();
  const revoke = (token: string) =>
    fetch(`${url}/oauth/revoke`, {
      method: "POST",
      headers: { authorization: basic(clientId, clientSecret) },
      body: new URLSearchParams({ token, token_type_hint: "refresh_token" }),
    });
  const meOf = async (token: string) =>
    (await createCaller(url, { authorization: `Bearer ${token}` })("GET", "/api/v1/users/me")).status;
  await revoke(first.accessToken);
  assert.equal(await meOf(first.accessToken), 401);
  const again = await askToken(url, { grant_type: "refresh_token", refresh_token: first.refreshToken });
  assert.equal(again.status, 200);
  await revoke(again.body.refresh_token);
  assert.equal(await meOf(again.body.access_token), 401);
});

test("an uninstall is told to the callback address with DELETE and the app's own credentials", async (t) => {
  const { control } = await startSimulator(t, createPipedriveSimulator);
  const seen: Array<{ method: string | undefined; authorization: string | undefined; body: string }> = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      seen.push({ method: request.method, authorization: request.headers.authorization, body });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  control.connect();

  const status = await control.uninstall(`http://127.0.0.1:${(server.address() as AddressInfo).port}/cb`);

  assert.equal(status, 200);
  assert.deepEqual([seen[0]?.method, seen[0]?.authorization], ["DELETE", basic(clientId, clientSecret)]);
  assert.equal(JSON.parse(seen[0]?.body ?? "{}").company_id, defaults.companyId);
});

test("each route asks for its own scope", async (t) => {
  const { url, control } = await startSimulator(t, createPipedriveSimulator);
  const { accessToken } = control.connect({ scopes: ["base", "contacts:read"] });
  const call = createCaller(`${url}/api`, { authorization: `Bearer ${accessToken}` });
  assert.equal((await call("GET", "/v2/persons")).status, 200);
  const refused: Array<[method: string, path: string]> = [
    ["POST", "/v2/persons"],
    ["GET", "/v2/deals"],
    ["GET", "/v1/users"],
    ["POST", "/v1/notes"],
    ["POST", "/v1/callLogs"],
    ["GET", "/v1/webhooks"],
    ["GET", "/v2/itemSearch?term=ab"],
    ["GET", "/v1/recents?since_timestamp=2026-01-01 00:00:00"],
  ];
  for (const [method, path] of refused) assert.equal((await call(method, path, undefined)).status, 403, path);
});
