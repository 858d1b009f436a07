import assert from "node:assert/strict";
import { test } from "node:test";
import { consent, createCaller, startSimulator } from "#simulators/kit";
import { createGoHighLevelSimulator, defaults } from "./index.ts";

const { clientId, clientSecret } = defaults.app;
const callback = "http://127.0.0.1:9/cb";

async function askToken(url: string, fields: Record<string, string>, version?: string) {
  const headers = version === undefined ? {} : { version };
  const answer = await fetch(`${url}/oauth/token`, { method: "POST", headers, body: new URLSearchParams(fields) });
  // biome-ignore lint/suspicious/noExplicitAny: answers of all shapes, looked into by assertions
  return { status: answer.status, body: (await answer.json()) as any };
}

async function signIn(url: string, account?: string, scope = "contacts.readonly contacts.write") {
  const query = { response_type: "code", client_id: clientId, redirect_uri: callback, scope, state: "s" };
  const page = `${url}/v2/oauth/chooselocation?${new URLSearchParams(query)}`;
  const back = await consent(page, account === undefined ? {} : { account });
  return back.searchParams.get("code") ?? "";
}

const legacy = (code: string) => ({
  grant_type: "authorization_code",
  client_id: clientId,
  client_secret: clientSecret,
  code,
  redirect_uri: callback,
});

test("a location is connected, and older versions and v3 name the members of the token their own way", async (t) => {
  const { url } = await startSimulator(t, createGoHighLevelSimulator);
  const old = await askToken(url, { ...legacy(await signIn(url)), user_type: "Location" });
  assert.equal(old.status, 200);
  assert.deepEqual(
    [old.body.expires_in, old.body.userType, old.body.locationId, old.body.companyId],
    [86_399, "Location", defaults.locationId, defaults.companyId],
  );
  const renewed = await askToken(
    url,
    { grantType: "refresh_token", clientId, clientSecret, refreshToken: old.body.refresh_token },
    "v3",
  );
  assert.ok(renewed.body.accessToken.startsWith("eyJ"));
  assert.notEqual(renewed.body.refreshToken, old.body.refresh_token);
  const mixed = await askToken(url, { ...legacy(await signIn(url)) }, "v3");
  assert.equal(mixed.status, 422);
  assert.ok(mixed.body.message.includes("clientId should not be empty"));
});

test("a refresh token works once, and for a year", async (t) => {
  const { url, control } = await startSimulator(t, createGoHighLevelSimulator);
  const { refreshToken } = control.connect();
  const refresh = (token: string, version?: string) =>
    version === "v3"
      ? askToken(url, { grantType: "refresh_token", clientId, clientSecret, refreshToken: token }, version)
      : askToken(url, {
          grant_type: "refresh_token",
          client_id: clientId,
          client_secret: clientSecret,
          refresh_token: token,
        });
  const next = (await refresh(refreshToken)).body.refresh_token;
  const again = await refresh(refreshToken);
  assert.deepEqual([again.status, again.body.error], [400, "invalid_grant"]);
  assert.equal((await refresh(refreshToken, "v3")).body.error.code, "invalid_grant", "v3 has its own envelope");
  control.clock.advance(366 * 86_400_000);
  assert.equal((await refresh(next)).status, 400);
});

test("a token of a company opens no contacts until it is changed for one of a location", async (t) => {
  const { url, control } = await startSimulator(t, createGoHighLevelSimulator);
  const scope = "contacts.readonly oauth.write oauth.readonly users.readonly";
  const code = await signIn(url, `company:${defaults.companyId}`, scope);
  const { body } = await askToken(url, { ...legacy(code), user_type: "Company" });
  assert.deepEqual(
    [body.userType, body.locationId, body.approvedLocations],
    ["Company", undefined, [defaults.locationId]],
  );
  const agency = createCaller(url, { authorization: `Bearer ${body.access_token}`, version: "2021-07-28" });
  const contact = control.location().createContact({ firstName: "Ana", email: "ana@example.com" });
  assert.equal((await agency("GET", `/contacts/${contact.id}`)).status, 403);
  const list = await agency("GET", `/oauth/installedLocations?companyId=${defaults.companyId}&appId=x`);
  assert.equal(list.body.locations[0]._id, defaults.locationId);

  const form = new URLSearchParams({ companyId: defaults.companyId, locationId: defaults.locationId });
  const change = async (path: string, version: string) =>
    (
      await fetch(url + path, {
        method: "POST",
        headers: { authorization: `Bearer ${body.access_token}`, version },
        body: form,
      })
    ).json();
  // biome-ignore lint/suspicious/noExplicitAny: looked into by assertions
  const old = (await change("/oauth/locationToken", "2021-07-28")) as any;
  assert.equal(old.refresh_token, undefined, "older versions give none: it is changed again");
  // biome-ignore lint/suspicious/noExplicitAny: looked into by assertions
  const fresh = (await change("/oauth/location-token", "v3")) as any;
  assert.ok(fresh.refreshToken);
  const inside = createCaller(url, { authorization: `Bearer ${fresh.accessToken}`, version: "v3" });
  assert.equal((await inside("GET", `/contacts/${contact.id}`)).status, 200);
  // biome-ignore lint/suspicious/noExplicitAny: looked into by assertions
  assert.equal(((await change("/oauth/locationToken", "v3")) as any).statusCode, 404);
});

test("every call needs a known version, a live token, the scope and the location", async (t) => {
  const { url, control } = await startSimulator(t, createGoHighLevelSimulator);
  const { accessToken } = control.connect({ scopes: ["contacts.readonly"] });
  const bearer = { authorization: `Bearer ${accessToken}` };
  const path = `/contacts/search/duplicate?locationId=${defaults.locationId}&email=a@b.co`;
  const ask = (headers: Record<string, string>, target = path, method = "GET") =>
    createCaller(url, headers)(method, target);
  assert.match((await ask(bearer)).body.message, /version header was not found/);
  assert.equal((await ask({ ...bearer, version: "2019-01-01" })).status, 400);
  assert.equal((await ask({ version: "v3" })).status, 401);
  assert.equal((await ask({ authorization: "Bearer x", version: "v3" })).body.message, "Invalid JWT");
  const withVersion = { ...bearer, version: "2021-07-28" };
  assert.equal((await ask(withVersion)).status, 200);
  const scopeless = await ask(withVersion, "/contacts/", "POST");
  assert.deepEqual([scopeless.status, scopeless.body.message], [401, "The token is not authorized for this scope."]);
  const other = control.addLocation({ name: "Other" });
  assert.equal((await ask(withVersion, `/contacts/search/duplicate?locationId=${other.id}&email=a@b.co`)).status, 403);
  assert.equal((await ask(withVersion, "/nothing")).status, 404);
  assert.equal((await ask({ ...bearer, version: "v3" }, `/contacts/?locationId=${defaults.locationId}`)).status, 404);
  control.revoke({ locationId: defaults.locationId });
  assert.match((await ask(withVersion)).body.message, /access token is invalid/);
  const pit = createCaller(url, { authorization: `Bearer ${defaults.privateToken}`, version: "2021-07-28" });
  assert.equal((await pit("GET", path)).status, 200);
});

test("the burst and the day are counted for each app and location, and trials have less", async (t) => {
  const { url, control } = await startSimulator(t, createGoHighLevelSimulator);
  control.clock.set("2026-03-01T10:00:00Z", { frozen: true });
  const call = (token: string) => createCaller(url, { authorization: `Bearer ${token}`, version: "v3" });
  const path = `/workflows/?locationId=${defaults.locationId}`;
  const { accessToken } = control.connect();
  const answers = [];
  for (let index = 0; index < 101; index++) answers.push(await call(accessToken)("GET", path));
  assert.deepEqual([answers[99]?.status, answers[100]?.status], [200, 429]);
  const { headers } = answers[0] ?? (await call(accessToken)("GET", path));
  assert.deepEqual(
    ["max", "remaining", "interval-milliseconds", "limit-daily", "daily-remaining"].map((name) =>
      headers.get(`x-ratelimit-${name}`),
    ),
    ["100", "99", "10000", "200000", "199999"],
  );
  assert.equal((await call(defaults.privateToken)("GET", path)).status, 200, "another token has a count of its own");
  control.clock.advance(10_000);
  assert.equal((await call(accessToken)("GET", path)).status, 200);
  const trial = await call(control.addPrivateToken({ isTrial: true }))("GET", path);
  assert.equal(trial.headers.get("x-ratelimit-max"), "25");
  control.limits({ daily: 1 });
  await call(accessToken)("GET", path);
  control.clock.advance(60_000);
  assert.equal((await call(accessToken)("GET", path)).status, 429);
  control.clock.set("2026-03-02T00:00:00Z", { frozen: true });
  assert.equal((await call(accessToken)("GET", path)).status, 200);
});
