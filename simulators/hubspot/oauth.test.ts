import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { consent, createCaller, startSimulator } from "#simulators/kit";
import { createHubSpotSimulator, defaults, type HubSpotOptions } from "./index.ts";

const redirectUri = "http://localhost:3000/callback";
const verifier = "a-verifier-that-is-long-enough-to-be-one-0123456789";
const challenge = createHash("sha256").update(verifier).digest("base64url");

async function start(t: { after(task: () => Promise<void>): void }, options: HubSpotOptions = {}) {
  const { url, control } = await startSimulator(t, createHubSpotSimulator, options);
  const { clientId, clientSecret } = { ...defaults.app, ...options.apps?.[0] };
  const authorizeUrl = (more: Record<string, string> = {}, path = "/oauth/authorize") =>
    `${url}${path}?${new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, scope: "oauth", state: "s1", ...more })}`;
  const token = async (fields: Record<string, string>, path = "/oauth/2026-03/token") => {
    const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields });
    const answer = await fetch(url + path, { method: "POST", body });
    const text = await answer.text();
    return { status: answer.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  const code = async (more: Record<string, string> = {}) =>
    (await consent(authorizeUrl(more))).searchParams.get("code") ?? "";
  const trade = (value: string, more: Record<string, string> = {}) =>
    token({ grant_type: "authorization_code", code: value, redirect_uri: redirectUri, ...more });
  const refresh = (value: unknown) => token({ grant_type: "refresh_token", refresh_token: String(value) });
  const account = (accessToken: unknown) =>
    createCaller(url, { authorization: `Bearer ${accessToken}` })("GET", "/account-info/2026-09/details");
  return { url, control, authorizeUrl, token, code, trade, refresh, account };
}

test("a code becomes tokens that name the account, its user and the scopes", async (t) => {
  const { code, trade, account } = await start(t);

  const { status, body } = await trade(
    await code({ scope: "oauth crm.objects.contacts.read", optional_scope: "automation" }),
  );

  assert.equal(status, 200);
  assert.deepEqual(
    [body.hub_id, body.token_type, body.expires_in, body.token_use],
    [defaults.portalId, "bearer", 1_800, "access_token"],
  );
  assert.deepEqual(body.scopes, ["oauth", "crm.objects.contacts.read", "automation"]);
  assert.equal((await account(body.access_token)).body.portalId, defaults.portalId);
});

test("a code works once; the second use also ends what the first one gave", async (t) => {
  const { code, trade, account } = await start(t);
  const value = await code();
  const first = await trade(value);

  const second = await trade(value);

  assert.deepEqual([second.status, second.body.error], [400, "invalid_grant"]);
  assert.equal((await account(first.body.access_token)).status, 401);
});

test("a code expires, and belongs to its redirect address", async (t) => {
  const { code, trade, control } = await start(t);
  const moved = await trade(await code(), { redirect_uri: "http://localhost:3000/elsewhere" });
  assert.equal(moved.body.error, "invalid_grant");

  const value = await code();
  control.clock.advance(60_000);
  assert.equal((await trade(value)).body.error, "invalid_grant");
});

test("when a challenge was sent, only its verifier opens the code", async (t) => {
  const { code, trade, authorizeUrl } = await start(t);
  const challenged = { code_challenge: challenge, code_challenge_method: "S256" };

  assert.equal((await trade(await code(challenged), { code_verifier: `${verifier}x` })).body.error, "invalid_grant");
  assert.equal((await trade(await code(challenged))).body.error, "invalid_grant");
  assert.equal((await trade(await code(challenged), { code_verifier: verifier })).status, 200);
  await assert.rejects(consent(authorizeUrl({ code_challenge: challenge, code_challenge_method: "plain" })), /S256/);
});

test("a wrong secret, a secret in the header only, and an unknown grant are refused", async (t) => {
  const { token, url } = await start(t);

  assert.equal(
    (await token({ grant_type: "refresh_token", refresh_token: "x", client_secret: "wrong" })).body.error,
    "invalid_client",
  );
  assert.equal((await token({ grant_type: "password" })).body.error, "unsupported_grant_type");
  const basic = Buffer.from(`${defaults.app.clientId}:${defaults.app.clientSecret}`).toString("base64");
  const answer = await fetch(`${url}/oauth/2026-03/token`, {
    method: "POST",
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: "x" }),
  });
  assert.equal(((await answer.json()) as { error: string }).error, "invalid_client");
});

test("an access token ends after half an hour with a 401 that says so; the refresh token gives another", async (t) => {
  const { code, trade, refresh, account, control } = await start(t);
  const { body } = await trade(await code());
  control.clock.advance(1_800_000);

  const expired = await account(body.access_token);
  const renewed = await refresh(body.refresh_token);

  assert.deepEqual([expired.status, expired.body.category], [401, "EXPIRED_AUTHENTICATION"]);
  assert.equal(renewed.body.refresh_token, body.refresh_token);
  assert.equal((await account(renewed.body.access_token)).status, 200);
});

test("a revoked refresh token is an invalid grant, while access tokens already out still work", async (t) => {
  const { code, trade, refresh, account, token } = await start(t);
  const { body } = await trade(await code());

  const revoked = await token({ token: String(body.refresh_token) }, "/oauth/2026-03/token/revoke");

  const refused = await refresh(body.refresh_token);
  assert.equal(revoked.status, 200);
  assert.deepEqual(
    [refused.status, refused.body.error, refused.body.status],
    [400, "invalid_grant", "BAD_REFRESH_TOKEN"],
  );
  assert.equal((await account(body.access_token)).status, 200);
});

test("single-use refresh tokens: the second use of one is refused, the new one works", async (t) => {
  const { control, refresh } = await start(t, { refreshTokens: "single-use" });
  const { refreshToken } = control.connect();

  const [first, second] = [await refresh(refreshToken), await refresh(refreshToken)];

  assert.equal(first.status, 200);
  assert.notEqual(first.body.refresh_token, refreshToken);
  assert.equal(second.body.error, "invalid_grant");
  assert.equal((await refresh(first.body.refresh_token)).status, 200);
});

test("of 20 requests that race for one single-use token, one wins", async (t) => {
  const { control, refresh } = await start(t, { refreshTokens: "single-use" });
  const { refreshToken } = control.connect();

  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));

  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
});

test("an uninstall ends every token of the account", async (t) => {
  const { control, refresh, account } = await start(t);
  const { accessToken, refreshToken, portalId } = control.connect();

  assert.equal(control.revoke({ portalId }), 1);

  assert.deepEqual(
    [(await account(accessToken)).status, (await refresh(refreshToken)).body.error],
    [401, "invalid_grant"],
  );
});

test("Deny sends the browser back with access_denied and the state", async (t) => {
  const { authorizeUrl } = await start(t);
  const back = await consent(authorizeUrl(), { decision: "deny" });
  assert.deepEqual(
    [back.searchParams.get("error"), back.searchParams.get("state"), back.searchParams.get("code")],
    ["access_denied", "s1", null],
  );
});

test("an unknown app, an unregistered address or other scopes than the app's stop at the page", async (t) => {
  const { authorizeUrl } = await start(t, {
    apps: [
      {
        clientId: "c",
        clientSecret: "s",
        redirectUris: [redirectUri],
        scopes: ["oauth", "automation"],
        optionalScopes: ["crm.objects.deals.read"],
      },
    ],
  });

  await assert.rejects(consent(authorizeUrl({ client_id: "nobody" })), /app is unknown/);
  await assert.rejects(consent(authorizeUrl({ redirect_uri: "https://evil.example" })), /redirect_uri/);
  await assert.rejects(consent(authorizeUrl({ scope: "oauth" })), /scope mismatch/);
  await assert.rejects(
    consent(authorizeUrl({ scope: "oauth automation crm.objects.contacts.read" })),
    /scope mismatch/,
  );
  await assert.rejects(consent(authorizeUrl({ scope: "oauth made.up" })), /not known/);
  const back = await consent(authorizeUrl({ scope: "oauth automation", optional_scope: "crm.objects.deals.read" }));
  assert.ok(back.searchParams.get("code"));
});

test("the page can be for one account, and lets a person choose between several", async (t) => {
  const { authorizeUrl, trade } = await start(t, { portals: [{ id: 11 }, { id: 22, name: "<b>Bold & Co</b>" }] });

  const chosen = await consent(authorizeUrl(), { account: "22" });
  const preset = await consent(authorizeUrl({}, "/oauth/22/authorize"));

  assert.equal((await trade(chosen.searchParams.get("code") ?? "")).body.hub_id, 22);
  assert.equal((await trade(preset.searchParams.get("code") ?? "")).body.hub_id, 22);
  assert.match(await (await fetch(authorizeUrl())).text(), /&lt;b&gt;Bold &amp; Co/);
});

test("introspection tells a live token from a dead one", async (t) => {
  const { control, token } = await start(t);
  const { accessToken, refreshToken } = control.connect();
  const ask = async (value: string) => (await token({ token: value }, "/oauth/2026-03/token/introspect")).body;

  assert.deepEqual([(await ask(accessToken)).active, (await ask(accessToken)).hub_id], [true, defaults.portalId]);
  assert.equal((await ask(refreshToken)).token_use, "refresh_token");
  control.expireAccessTokens();
  assert.deepEqual(await ask(accessToken), { active: false });
});
