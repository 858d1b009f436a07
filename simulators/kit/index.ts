export { createClock, type SimulatorClock } from "./clock.ts";
export { type Answer, type Exchange, readBearer, readForm, readJson, readSegments } from "./exchange.ts";
export { type FaultKind, type FaultRule, type Faults, faultKinds } from "./faults.ts";
export { escapeHtml, type Html, html, htmlPage, htmlTable } from "./html.ts";
export type { Knob } from "./knobs.ts";
export { fixedWindow, type Limiter, rollingWindow, tokenBucket, type Verdict } from "./limits.ts";
export {
  createOAuthServer,
  type Grant,
  type IssuedTokens,
  type OAuthApp,
  OAuthProblem,
  type OAuthServer,
  type OAuthSettings,
} from "./oauth.ts";
export { createConsent } from "./oauth-pages.ts";
export { createRandom, type Random } from "./random.ts";
export { type Received, startReceiver } from "./receiver.ts";
export type { LoggedRequest } from "./request-log.ts";
export { createRouter, type Found, type Router } from "./router.ts";
export { type Base, createSimulator, type ProviderServer } from "./server.ts";
export type { ShapeChange } from "./shape.ts";
export type { CommonOptions, Control, Latency, Simulator } from "./simulator.ts";
export { openSpec, type Spec } from "./spec.ts";
export { type Called, type Cleanup, consent, createCaller, startSimulator } from "./testing.ts";
export {
  createWebhookSender,
  type WebhookAttempt,
  type WebhookFaults,
  type WebhookMessage,
  type WebhookSender,
} from "./webhooks.ts";
