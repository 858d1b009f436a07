import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Cleanup, consent, createCaller, startSimulator } from "#simulators/kit";
import { createGoogleCalendarSimulator, defaults, type GoogleCalendarOptions, scopePrefix } from "./index.ts";

const redirectUri = "http://localhost:3000/callback";
const events = `${scopePrefix}calendar.events`;
const freebusy = `${scopePrefix}calendar.freebusy`;
const { clientId, clientSecret } = defaults.app;

async function start(t: Cleanup, options: GoogleCalendarOptions = {}) {
  const { url, control } = await startSimulator(t, createGoogleCalendarSimulator, options);
  const authorizeUrl = (more: Record<string, string> = {}) =>
    `${url}/o/oauth2/v2/auth?${new URLSearchParams({ response_type: "code", access_type: "offline", client_id: clientId, redirect_uri: redirectUri, scope: `${events} ${freebusy}`, ...more })}`;
  const post = async (path: string, fields: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields });
    const answer = await fetch(url + path, { method: "POST", body });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  };
  const signIn = async (more: Record<string, string> = {}, fields: Record<string, string> = {}) => {
    const code = (await consent(authorizeUrl(more))).searchParams.get("code") ?? "";
    return post("/token", { grant_type: "authorization_code", code, redirect_uri: redirectUri, ...fields });
  };
  const refresh = (token: string | undefined) =>
    post("/token", { grant_type: "refresh_token", refresh_token: String(token) });
  const list = (token: string | undefined) =>
    createCaller(url, { authorization: `Bearer ${token}` })("GET", "/calendar/v3/calendars/primary/events");
  return { url, control, authorizeUrl, post, signIn, refresh, list };
}

test("a refresh token comes with the first consent, and again only when consent is asked for", async (t) => {
  const { signIn, refresh, list } = await start(t);

  const first = (await signIn()).body;
  assert.ok(first.refresh_token);
  assert.equal((await signIn()).body.refresh_token, undefined);
  assert.ok((await signIn({ prompt: "consent" })).body.refresh_token);
  assert.equal((await signIn({ prompt: "consent", access_type: "online" })).body.refresh_token, undefined);

  const renewed = await refresh(first.refresh_token);
  assert.deepEqual([renewed.status, renewed.body.refresh_token, renewed.body.expires_in], [200, undefined, 3_599]);
  assert.equal((await list(renewed.body.access_token)).status, 200);
});

test("what the person unticks is missing from the scope, and from what the token opens", async (t) => {
  const { control, signIn, list } = await start(t);
  control.untick(events);

  const { body } = await signIn();

  assert.equal(body.scope, freebusy);
  const refused = await list(body.access_token);
  assert.deepEqual([refused.status, refused.body.error.errors[0].reason], [403, "insufficientPermissions"]);
  control.untick();
  const more = await signIn({ scope: events, include_granted_scopes: "true" });
  assert.deepEqual(more.body.scope?.split(" ").sort(), [events, freebusy].sort());
});

test("revoking either token ends the whole consent, and the next one is a first one again", async (t) => {
  const { url, signIn, refresh, list } = await start(t);
  const { body } = await signIn();
  const revoke = () => fetch(`${url}/revoke?token=${encodeURIComponent(body.access_token ?? "")}`, { method: "POST" });

  assert.equal((await revoke()).status, 200);

  const dead = await list(body.access_token);
  assert.deepEqual([dead.status, dead.body.error.errors[0].reason], [401, "authError"]);
  assert.deepEqual((await refresh(body.refresh_token)).body, {
    error: "invalid_grant",
    error_description: "Token has been expired or revoked.",
  });
  assert.equal((await revoke()).status, 400);
  assert.ok((await signIn()).body.refresh_token);
});

test("an app in testing loses its refresh tokens after seven days; a hundred and first one ends the oldest", async (t) => {
  const { control, refresh } = await start(t, { apps: [{ testing: true }] });
  const first = control.connect();
  const rest = Array.from({ length: 100 }, () => control.connect());
  assert.equal((await refresh(first.refreshToken)).body.error, "invalid_grant");
  assert.equal((await refresh(rest[0]?.refreshToken)).status, 200);

  control.clock.advance(7 * 86_400_000);

  assert.equal((await refresh(rest[1]?.refreshToken)).body.error, "invalid_grant");
});

test("a wrong verifier, secret, scope or code is refused", async (t) => {
  const { signIn, authorizeUrl, post } = await start(t);
  const verifier = "a-verifier-that-is-long-enough-to-be-one-0123456789";
  const code_challenge = createHash("sha256").update(verifier).digest("base64url");
  const challenged = { code_challenge, code_challenge_method: "S256" };

  assert.equal((await signIn(challenged, { code_verifier: "wrong" })).body.error, "invalid_grant");
  assert.equal((await signIn(challenged, { code_verifier: verifier })).status, 200);
  const wrong = await signIn({}, { client_secret: "wrong" });
  assert.deepEqual([wrong.status, wrong.body.error], [401, "invalid_client"]);
  assert.equal((await signIn({}, { redirect_uri: "http://localhost:3000/x" })).body.error, "redirect_uri_mismatch");
  assert.equal(
    (await post("/token", { grant_type: "authorization_code", code: "4/none" })).body.error,
    "invalid_grant",
  );
  await assert.rejects(consent(authorizeUrl({ scope: `${scopePrefix}drive` })), /invalid_scope/);
  await assert.rejects(consent(authorizeUrl({ client_id: "nobody" })), /unknown/);
});

test("a refresh token that was not used for six months is dead", async (t) => {
  const { control, refresh } = await start(t);
  const { refreshToken } = control.connect();
  control.clock.advance(181 * 86_400_000);
  assert.equal((await refresh(refreshToken)).status, 200);

  control.clock.advance(183 * 86_400_000);

  assert.equal((await refresh(refreshToken)).body.error, "invalid_grant");
});
