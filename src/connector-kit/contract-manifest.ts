import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { PlatformError } from "#core";
import type { OAuth2Strategy } from "./auth.ts";
import type { Connector } from "./connector.ts";

/** What a manifest must show by itself, without its provider. */
export function manifestContract(connector: Connector): void {
  const { name, auth, limits, settings, checks, webhooks } = connector;

  test(`${name}: the manifest has what the card and the forms show`, () => {
    for (const sentence of [connector.summary, connector.afterDisconnect]) assert.match(sentence, /^[A-Z].*\.$/);
    for (const url of [...Object.values(connector.hosts), ...Object.values(connector.links)]) {
      assert.equal(new URL(url).protocol, "https:");
    }
    for (const host of Object.values(connector.hosts)) assert.equal(new URL(host).origin, host);
    for (const strategy of auth) {
      const fields = "fields" in strategy ? strategy.fields : [];
      for (const { label, hint } of fields) assert.ok(label && hint);
      if (strategy.kind !== "oauth2")
        assert.ok(
          fields.some(({ secret }) => secret),
          "something must be secret",
        );
    }
    assert.equal(new Set(auth.map(({ kind }) => kind)).size, auth.length);
  });

  test(`${name}: every setting is described, and unknown ones are refused`, () => {
    for (const [setting, schema] of Object.entries(settings.shape)) {
      const { description } = z.globalRegistry.get(schema as z.ZodType) ?? {};
      assert.ok(description, `${setting} has no description`);
    }
    assert.equal(settings.safeParse({ no_such_setting: true }).success, false);
  });

  test(`${name}: the limits leave no span in which too much is sent`, () => {
    for (const { name, requests, perMs, burst, auth: kind } of limits) {
      assert.ok(requests >= 1 && perMs >= 1 && burst >= 1, name);
      // Steady at 95.2 % of the limit, a burst has the rest.
      if (perMs < 60_000)
        assert.ok(burst === 1 || burst + 0.952 * requests <= requests, `${name}: the burst is too large`);
      if (kind)
        assert.ok(
          auth.some((strategy) => strategy.kind === kind),
          `${name}: nobody signs in by ${kind}`,
        );
    }
    for (const { kind } of auth) {
      const own = limits.filter((bucket) => bucket.isDefault && (bucket.auth ?? kind) === kind);
      assert.ok(own.length > 0, `requests signed in by ${kind} draw from no bucket`);
    }
  });

  test(`${name}: the checks and the streams name scopes that are asked for`, () => {
    assert.equal(new Set(checks.map(({ id }) => id)).size, checks.length);
    const oauth = auth.find((strategy): strategy is OAuth2Strategy => strategy.kind === "oauth2");
    if (!oauth) return;
    const scopes = [...oauth.scopes.required, ...oauth.scopes.optional];
    for (const { id, scope } of checks) assert.ok(!scope || scopes.includes(scope), `${id} needs ${scope}`);
    for (const { name, scope } of connector.streams ?? []) {
      assert.ok(!scope || scopes.includes(scope), `the stream ${name} needs ${scope}`);
    }
  });

  test(`${name}: a failure says what to do, in words that hold nothing of the answer's data`, () => {
    const secret = "jane@example.com said 4111";
    const bodies = [secret, { message: secret, error: secret, errors: [{ message: secret }] }, undefined, null, 7, []];
    for (const effect of ["read", "write"] as const) {
      for (const status of [301, 400, 401, 403, 404, 408, 409, 410, 418, 422, 423, 429, 500, 502, 503, 504, 599]) {
        for (const body of bodies) {
          const request = { method: "POST", path: "/", effect } as const;
          const error = connector.classify({ request, status, headers: new Headers(), body, intervalMs: 1_000 });
          assert.ok(error instanceof PlatformError);
          assert.match(error.code, /^provider\./);
          assert.doesNotMatch(JSON.stringify([error.message, error.provider, error.errors]), /jane|4111/);
          if (status === 401) assert.equal(error.disposition, "reauthorize");
          if (status >= 500) assert.equal(error.code, effect === "write" ? "provider.ambiguous" : "provider.outage");
          if (status === 429) assert.ok(error.retryAfterMs, "a 429 must say for how long");
        }
      }
    }
  });

  if (!webhooks) return;
  test(`${name}: webhooks are refused unsigned, with no secret, and when they are not the provider's`, () => {
    const request = { method: "POST", url: "https://hooks.example.test/", headers: {}, body: Buffer.from("{}") };
    for (const secret of ["", "secret"]) {
      assert.throws(() => webhooks.signature.verify(request, secret, 0), { code: "webhook.signature_missing" });
    }
    for (const header of webhooks.signature.headers) assert.equal(header, header.toLowerCase());
    for (const body of ["", "no json", "7", "null", "{}", "[7]"]) {
      assert.throws(() => webhooks.parse(body), { code: "request.invalid" }, body);
    }
    assert.equal(webhooks.toChange({ type: "no.such_event", body: "{}" }).kind, "ignored");
  });
}
