import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProviderRequest } from "#connector-kit";
import { PlatformError } from "#core";
import { hubspot } from "./connector.ts";
import { anError } from "./hubspot.samples.ts";

const request: ProviderRequest = { method: "POST", path: "/x", effect: "write" };
const failures: [
  status: number,
  body: unknown,
  code: string,
  retryAfterMs?: number,
  headers?: Record<string, string>,
][] = [
  [400, anError(), "provider.validation"],
  [401, anError({ category: "EXPIRED_AUTHENTICATION" }), "provider.credentials_invalid"],
  [403, anError({ category: "MISSING_SCOPES" }), "provider.permission"],
  [404, anError({ category: "OBJECT_NOT_FOUND" }), "provider.not_found"],
  [409, anError({ category: "CONFLICT" }), "provider.conflict"],
  [423, anError(), "provider.rate_limited", 2_000],
  [429, anError({ errorType: "RATE_LIMIT", policyName: "TEN_SECONDLY_ROLLING" }), "provider.rate_limited", 10_000],
  [429, anError({ policyName: "DAILY" }), "provider.rate_limited", 900_000],
  [429, "slow down", "provider.rate_limited", 3_000, { "retry-after": "3" }],
  [477, undefined, "provider.ambiguous", 60_000, { "retry-after": "60" }],
  [500, "<html>", "provider.ambiguous"],
  [524, undefined, "provider.ambiguous"],
];
for (const [status, body, code, retryAfterMs, headers] of failures) {
  test(`a ${status} ${JSON.stringify(headers ?? "")} on a write is ${code}`, () => {
    const error = hubspot.classify({ request, status, body, headers: new Headers(headers), intervalMs: 10_000 });
    assert.equal(error.code, code);
    assert.equal(error.retryAfterMs, retryAfterMs);
  });
}

test("a fault after a read is an outage, because nothing can have happened", () => {
  const read: ProviderRequest = { ...request, effect: "read" };
  const error = hubspot.classify({ request: read, status: 503, body: "", headers: new Headers(), intervalMs: 10_000 });
  assert.equal(error.code, "provider.outage");
});

test("a refusal names properties and scopes, and never a person's data", () => {
  const message = `Property values were not valid: [{"isValid":false,"message":"jane@example is no e-mail","error":"INVALID_EMAIL","name":"email"}]`;
  const classify = (status: number, body: unknown) =>
    hubspot.classify({ request, status, body, headers: new Headers(), intervalMs: 1 });
  assert.equal(classify(400, anError({ message })).message, "HubSpot refused the content: INVALID_EMAIL (email).");
  const context = { requiredGranularScopes: ["crm.objects.deals.write"] };
  assert.match(
    classify(403, anError({ errors: [{ message: "", context }] })).message,
    /lacks: crm\.objects\.deals\.write\.$/,
  );
  assert.doesNotMatch(classify(409, anError({ message: "jane@example.com exists" })).message, /jane/);
});

test("a body that is not HubSpot's is refused", () => {
  for (const body of ["", "{}", "[1]", '[{"subscriptionType":"contact.creation"}]']) {
    assert.throws(
      () => hubspot.webhooks?.parse(body),
      (error) => error instanceof PlatformError && error.code === "request.invalid",
    );
  }
});
