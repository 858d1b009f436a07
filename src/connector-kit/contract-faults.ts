import assert from "node:assert/strict";
import { PlatformError } from "#core";
import type { ProviderApi, ProviderRequest } from "./api.ts";

/** Trouble that the provider is asked to make. */
export interface ContractFault {
  kind: "status" | "commit-then-status" | "commit-then-drop" | "malformed" | "slow";
  /** Only requests to this path. */
  path?: RegExp;
  status?: number;
  headers?: Record<string, string>;
  ms?: number;
  count?: number;
}

/** The API as it is; only against slowness one that gives up soon, so that a busy machine fails no other test. */
export function patienceFor({ kind }: ContractFault, api: ProviderApi): ProviderApi {
  if (kind !== "slow") return api;
  const send = <Body>(request: ProviderRequest) => api.send<Body>({ ...request, timeoutMs: 400 });
  return { connection: api.connection, send };
}

export async function failureOf(promise: Promise<unknown>): Promise<PlatformError> {
  const error = await promise.then(
    () => assert.fail("It should have failed."),
    (thrown) => thrown,
  );
  assert.ok(error instanceof PlatformError, String(error));
  return error;
}
