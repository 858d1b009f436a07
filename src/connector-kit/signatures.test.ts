import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { PlatformError } from "#core";
import { hmacSignature } from "./hmac-signature.ts";
import { hubspotV3Signature } from "./hubspot-signature.ts";
import { retellSignature } from "./retell-signature.ts";
import { sharedSecret } from "./shared-secret.ts";
import type { SignatureScheme, SignedRequest } from "./signatures.ts";

// The vectors agree with `Signature` of @hubspot/api-client 14.0.1 and `verify` of retell-sdk 5.66.1 and 4.66.0.
const hubspotSecret = "11111111-2222-3333-4444-555555555555";
const hubspotAt = 1767225601000;
const hubspotBody =
  '[{"eventId":3816279340,"subscriptionId":25,"portalId":33,"appId":1160452,"occurredAt":1767225600000,"subscriptionType":"contact.propertyChange","attemptNumber":0,"objectId":501,"propertyName":"phone","propertyValue":"+14155550123","changeSource":"CRM_UI"}]';
const retellKey = "key_demo_retell_webhook";
const retellAt = 1793631845123;
const retellBody =
  '{"event":"call_ended","call":{"call_id":"call_00000000000000000000000000000001","call_type":"phone_call","agent_id":"agent_demo","call_status":"ended","direction":"inbound","from_number":"+15555550100","to_number":"+15555550199","start_timestamp":1793631700000,"end_timestamp":1793631845000,"disconnection_reason":"user_hangup"}}';

function hubspotRequest(
  signature: string,
  url = "https://hooks.example.test/webhooks/hubspot",
  body = hubspotBody,
): SignedRequest {
  const headers = { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": String(hubspotAt) };
  return { method: "POST", url, headers, body: Buffer.from(body) };
}

function retellRequest(body = retellBody, digest = "cdc03d0aaff7ac8059d8dd14f6af011b57dd3294c5b852dd19ac7742533bec4a") {
  return {
    method: "POST",
    url: "https://hooks.example.test/webhooks/retell/abc",
    headers: { "x-retell-signature": `v=${retellAt},d=${digest}` } as Record<string, string | undefined>,
    body: Buffer.from(body),
  };
}

function codeOf(scheme: SignatureScheme, request: SignedRequest, secret: string, nowMs: number): string {
  try {
    scheme.verify(request, secret, nowMs);
    return "accepted";
  } catch (error) {
    assert.ok(error instanceof PlatformError);
    return error.code;
  }
}

const hubspotVectors: [name: string, signature: string, url?: string, body?: string][] = [
  ["a plain URL", "HqYz5nnt0LVNSOPi9oHdUYs/PzkWZ3TnR8p5UG+0mSw="],
  [
    "a URL with escapes, of which only some are decoded",
    "2qtQYWnBbdnL0/Zs47KmCoV8fQ4rG/pehcGOZYp2iwE=",
    "https://hooks.example.test/webhooks/hubspot?tenant=acme%20co&x=a%3Ab",
  ],
  [
    "a body beyond ASCII",
    "6KdYuDP1CsSA1ZF2b+5OutVpcld7a2brTrcENljq2S8=",
    "https://hooks.example.test/webhooks/hubspot",
    '[{"objectId":1,"propertyValue":"Zoë 名"}]',
  ],
];
for (const [name, signature, url, body] of hubspotVectors) {
  test(`HubSpot's v3 signature is accepted over ${name}`, () => {
    assert.equal(
      codeOf(hubspotV3Signature(), hubspotRequest(signature, url, body), hubspotSecret, hubspotAt),
      "accepted",
    );
  });
}

test("Retell's signature is accepted, in upper-case hex too", () => {
  const upper = "CDC03D0AAFF7AC8059D8DD14F6AF011B57DD3294C5B852DD19AC7742533BEC4A";
  assert.equal(codeOf(retellSignature(), retellRequest(), retellKey, retellAt), "accepted");
  assert.equal(codeOf(retellSignature(), retellRequest(retellBody, upper), retellKey, retellAt), "accepted");
});

test("a signature is fresh for five minutes either way, to the millisecond", () => {
  for (const offset of [300_000, -300_000]) {
    const beyond = offset + Math.sign(offset);
    assert.equal(codeOf(retellSignature(), retellRequest(), retellKey, retellAt + offset), "accepted");
    assert.equal(codeOf(retellSignature(), retellRequest(), retellKey, retellAt + beyond), "webhook.timestamp_stale");
    const request = hubspotRequest(hubspotVectors[0]?.[1] ?? "");
    assert.equal(codeOf(hubspotV3Signature(), request, hubspotSecret, hubspotAt + offset), "accepted");
    assert.equal(codeOf(hubspotV3Signature(), request, hubspotSecret, hubspotAt + beyond), "webhook.timestamp_stale");
  }
});

test("a Retell timestamp in seconds is refused even with a right digest over it", () => {
  const seconds = String(Math.floor(retellAt / 1000));
  const digest = createHmac("sha256", retellKey)
    .update(retellBody + seconds)
    .digest("hex");
  const request = { ...retellRequest(), headers: { "x-retell-signature": `v=${seconds},d=${digest}` } };
  assert.equal(codeOf(retellSignature(), request, retellKey, retellAt), "webhook.timestamp_stale");
});

test("without a header, or without a secret on our side, nothing is accepted", () => {
  const schemes: [SignatureScheme, SignedRequest][] = [
    [hubspotV3Signature(), hubspotRequest(hubspotVectors[0]?.[1] ?? "")],
    [retellSignature(), retellRequest()],
    [sharedSecret("X-Webhook-Secret"), { ...retellRequest(), headers: { "x-webhook-secret": "" } }],
    [hmacSignature({ description: "", header: "x-sign", encoding: "hex" }), emptySecretForgery()],
  ];
  for (const [scheme, request] of schemes) {
    assert.equal(codeOf(scheme, request, "", retellAt), "webhook.signature_missing");
    assert.equal(codeOf(scheme, { ...request, headers: {} }, "secret", retellAt), "webhook.signature_missing");
  }
});

/** Signed with the empty secret, as anyone could. */
function emptySecretForgery(): SignedRequest {
  const body = Buffer.from("forged");
  return {
    method: "POST",
    url: "https://x.test/",
    headers: { "x-sign": createHmac("sha256", "").update(body).digest("hex") },
    body,
  };
}

test("any one changed byte of the body, the URL, the time or the digest is refused", () => {
  const scheme = hubspotV3Signature();
  const genuine = hubspotRequest(hubspotVectors[0]?.[1] ?? "");
  const parts = ["body", "url", "x-hubspot-signature-v3", "x-hubspot-request-timestamp"] as const;
  fc.assert(
    fc.property(fc.constantFrom(...parts), fc.nat(), fc.integer({ min: 1, max: 255 }), (part, at, flip) => {
      const changed = change(genuine, part, at, flip);
      assert.notEqual(codeOf(scheme, changed, hubspotSecret, hubspotAt), "accepted");
    }),
  );
});

test("any one changed byte of a Retell body is refused", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = change(retellRequest(), "body", at, flip);
      assert.equal(codeOf(retellSignature(), changed, retellKey, retellAt), "webhook.signature_invalid");
    }),
  );
});

test("a shared secret must be equal to the last character", () => {
  const scheme = sharedSecret("X-Webhook-Secret");
  const request = (given: string) => ({ ...retellRequest(), headers: { "x-webhook-secret": given } });
  assert.equal(codeOf(scheme, request("s3cret-value"), "s3cret-value", 0), "accepted");
  for (const wrong of ["s3cret-valuE", "s3cret-valu", "s3cret-value "]) {
    assert.equal(codeOf(scheme, request(wrong), "s3cret-value", 0), "webhook.signature_invalid");
  }
});

test("an HMAC with a prefix and a time in seconds covers both", () => {
  const scheme = hmacSignature({
    description: "",
    header: "x-sign",
    encoding: "hex",
    prefix: "sha256=",
    timestamp: { header: "x-time", unit: "seconds", toleranceSeconds: 60 },
    signed: ({ body }, time) => [time, ".", body],
  });
  const digest = createHmac("sha256", "k").update("1000.hello").digest("hex");
  const request = {
    method: "POST",
    url: "",
    headers: { "x-sign": `sha256=${digest}`, "x-time": "1000" },
    body: Buffer.from("hello"),
  };
  assert.equal(codeOf(scheme, request, "k", 1_000_000), "accepted");
  assert.equal(codeOf(scheme, request, "k", 1_061_000), "webhook.timestamp_stale");
  const unprefixed = { ...request, headers: { ...request.headers, "x-sign": digest } };
  assert.equal(codeOf(scheme, unprefixed, "k", 1_000_000), "webhook.signature_invalid");
});

function change(request: SignedRequest, part: string, at: number, flip: number): SignedRequest {
  const bytes = Buffer.from(
    part === "body" ? request.body : part === "url" ? request.url : (request.headers[part] ?? ""),
  );
  const index = at % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ flip;
  if (part === "body") return { ...request, body: bytes };
  const text = bytes.toString("latin1");
  return part === "url" ? { ...request, url: text } : { ...request, headers: { ...request.headers, [part]: text } };
}
