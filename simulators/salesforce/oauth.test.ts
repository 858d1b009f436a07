import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import { type Cleanup, consent, createCaller, startSimulator } from "#simulators/kit";
import { createSalesforceSimulator, defaults, type SalesforceOptions } from "./index.ts";

const redirectUri = "http://localhost:3000/callback";
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = createHash("sha256").update(verifier).digest("base64url");
const { clientId, clientSecret } = defaults.app;

async function start(t: Cleanup, options: SalesforceOptions = {}) {
  const { url, control } = await startSimulator(t, createSalesforceSimulator, options);
  const authorizeUrl = (more: Record<string, string> = {}, host = "") =>
    `${url}${host}/services/oauth2/authorize?${new URLSearchParams({ response_type: "code", client_id: clientId, redirect_uri: redirectUri, scope: "api refresh_token", ...more })}`;
  const post = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const answer = await fetch(url + path, { method: "POST", body: new URLSearchParams(fields), headers });
    const text = await answer.text();
    return { status: answer.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, string> };
  };
  const client = { client_id: clientId, client_secret: clientSecret };
  const token = (fields: Record<string, string>, host = "") =>
    post(`${host}/services/oauth2/token`, { ...client, ...fields });
  const code = async (more: Record<string, string> = {}, host = "") =>
    (await consent(authorizeUrl(more, host))).searchParams.get("code") ?? "";
  const trade = (value: string, more: Record<string, string> = {}, host = "") =>
    token({ grant_type: "authorization_code", code: value, redirect_uri: redirectUri, ...more }, host);
  const refresh = (value: string | undefined, host = "") =>
    token({ grant_type: "refresh_token", refresh_token: String(value) }, host);
  const limits = (accessToken: string | undefined) =>
    createCaller(url, { authorization: `Bearer ${accessToken}` })("GET", "/services/data/v67.0/limits");
  return { url, control, client, post, token, code, trade, refresh, limits, authorizeUrl };
}

test("a code becomes a session that names the org, without an expiry, signed with the app's secret", async (t) => {
  const { url, code, trade, limits } = await start(t);

  const { status, body } = await trade(await code());

  assert.equal(status, 200);
  assert.match(body.id ?? "", new RegExp(`^${url}/id/${defaults.orgId}/005\\w{15}$`));
  assert.deepEqual([body.instance_url, body.token_type, body.scope], [url, "Bearer", "api refresh_token"]);
  assert.equal("expires_in" in body, false);
  const signature = createHmac("sha256", clientSecret).update(`${body.id}${body.issued_at}`).digest("base64");
  assert.equal(body.signature, signature);
  assert.equal((await limits(body.access_token)).status, 200);
  const identity = await createCaller(body.id ?? "", { authorization: `Bearer ${body.access_token}` })("GET", "");
  assert.equal(identity.body.organization_id, defaults.orgId);
});

test("no refresh token comes without the scope for it, and a missing api scope closes the REST API", async (t) => {
  const { code, trade, limits } = await start(t);

  const { body } = await trade(await code({ scope: "id" }));

  assert.equal(body.refresh_token, undefined);
  const refused = await limits(body.access_token);
  assert.deepEqual([refused.status, refused.body[0].errorCode], [401, "INVALID_SESSION_ID"]);
});

test("only the verifier of a challenge opens its code, and an app can be made to send one", async (t) => {
  const { code, trade, authorizeUrl } = await start(t, { pkce: "required" });
  const challenged = { code_challenge: challenge };

  const wrong = await trade(await code(challenged), { code_verifier: `${verifier}x` });
  assert.deepEqual(wrong.body, { error: "invalid_grant", error_description: "invalid code verifier" });
  assert.equal((await trade(await code(challenged), { code_verifier: verifier })).status, 200);
  await assert.rejects(consent(authorizeUrl()), /code_challenge/);
  await assert.rejects(consent(authorizeUrl({ ...challenged, scope: "api nonsense" })), /invalid_scope/);
});

test("a refresh keeps the refresh token, until rotation makes each one single-use", async (t) => {
  const { control, code, trade, refresh } = await start(t);
  const first = (await trade(await code())).body;
  assert.equal((await refresh(first.refresh_token)).body.refresh_token, undefined);

  control.refreshTokens("single-use");
  const second = (await refresh(first.refresh_token)).body;

  assert.ok(second.refresh_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
  const replayed = await refresh(first.refresh_token);
  assert.deepEqual(
    [replayed.status, replayed.body],
    [400, { error: "invalid_grant", error_description: "expired access/refresh token" }],
  );
  assert.equal((await refresh(second.refresh_token)).status, 200);
});

test("a session lives for two hours after its last use", async (t) => {
  const { control, limits } = await start(t);
  const { accessToken } = control.connect();
  control.clock.advance(110 * 60_000);
  assert.equal((await limits(accessToken)).status, 200);
  control.clock.advance(110 * 60_000);
  assert.equal((await limits(accessToken)).status, 200);

  control.clock.advance(121 * 60_000);

  assert.deepEqual((await limits(accessToken)).body, [
    { message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" },
  ]);
});

test("a sixth approval of the same user and app ends the oldest", async (t) => {
  const { control, refresh } = await start(t);
  const [first, second] = Array.from({ length: 6 }, () => control.connect());

  assert.equal((await refresh(first?.refreshToken)).body.error, "invalid_grant");
  assert.equal((await refresh(second?.refreshToken)).status, 200);
});

test("revoking a refresh token ends its sessions too, and a dead token cannot be revoked", async (t) => {
  const { control, post, limits, client } = await start(t);
  const { accessToken, refreshToken } = control.connect();
  const introspect = () => post("/services/oauth2/introspect", { ...client, token: accessToken });
  assert.equal((await introspect()).body.active, true);

  assert.equal((await post("/services/oauth2/revoke", { token: refreshToken })).status, 200);

  assert.equal((await limits(accessToken)).status, 401);
  assert.equal((await introspect()).body.active, false);
  assert.equal((await post("/services/oauth2/revoke", { token: refreshToken })).status, 400);
});

test("a sandbox is reached by the host for sandboxes alone", async (t) => {
  const orgs = [{}, { name: "Acme test", kind: "sandbox" as const }];
  const { url, code, trade, refresh, control } = await start(t, { orgs });

  const { body } = await trade(await code({}, "/sandbox"), {}, "/sandbox");

  assert.match(body.id ?? "", new RegExp(`^${url}/sandbox/id/`));
  assert.notEqual(body.id?.split("/").at(-2), defaults.orgId);
  assert.equal((await refresh(body.refresh_token)).body.error, "invalid_grant");
  assert.equal((await refresh(body.refresh_token, "/sandbox")).status, 200);
  assert.equal((await trade(await code(), {}, "/sandbox")).body.error, "invalid_grant");
  control.org().migrate("http://127.0.0.1:9/moved");
  assert.equal((await trade(await code())).body.instance_url, "http://127.0.0.1:9/moved");
});

test("a wrong secret, an unknown grant and a moved redirect are refused; Basic authentication is taken", async (t) => {
  const { token, post, code, trade, control } = await start(t);
  const { refreshToken } = control.connect();

  assert.equal((await token({ grant_type: "refresh_token", client_secret: "wrong" })).body.error, "invalid_client");
  assert.equal((await token({ grant_type: "password" })).body.error, "unsupported_grant_type");
  const moved = await trade(await code(), { redirect_uri: "http://localhost:3000/elsewhere" });
  assert.deepEqual([moved.status, moved.body.error], [400, "redirect_uri_mismatch"]);
  const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` };
  const fields = { grant_type: "refresh_token", refresh_token: refreshToken };
  assert.equal((await post("/services/oauth2/token", fields, basic)).status, 200);
});

test("without a scope in the link the app's own scopes are granted, by Basic authentication too", async (t) => {
  const { post, limits, authorizeUrl } = await start(t);
  const code = (await consent(authorizeUrl({ scope: "" }))).searchParams.get("code") ?? "";
  const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` };

  const fields = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  const { body } = await post("/services/oauth2/token", fields, basic);

  assert.ok(body.refresh_token);
  assert.equal((await limits(body.access_token)).status, 200);
});

test("a refresh token that nobody used for the days that were set is dead", async (t) => {
  const { control, refresh } = await start(t, { refreshIdleDays: 30 });
  const { refreshToken } = control.connect();
  control.clock.advance(29 * 86_400_000);
  assert.equal((await refresh(refreshToken)).status, 200);
  control.clock.advance(29 * 86_400_000);
  assert.equal((await refresh(refreshToken)).status, 200);

  control.clock.advance(31 * 86_400_000);

  assert.equal((await refresh(refreshToken)).body.error, "invalid_grant");
});
