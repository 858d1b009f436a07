import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { PlatformError } from "#core";
import { defineConnector } from "./connector.ts";
import { onePage } from "./paging/one-page.ts";
import { defineStream } from "./stream.ts";

const people = defineStream({
  name: "people",
  record: "team_member",
  item: z.looseObject({ id: z.string() }),
  list: { path: "/people", itemsAt: "data", paging: onePage },
  deletions: "none",
  toRecord: ({ id }) => ({
    externalId: id,
    formerIds: [],
    createdAt: null,
    updatedAt: null,
    deletedAt: null,
    fullName: null,
    email: null,
  }),
});

function define(streams: (typeof people)[]) {
  return defineConnector({
    id: "acme",
    name: "Acme",
    summary: "Acme's people.",
    links: { documentation: "https://acme.example/docs", app: "https://acme.example" },
    hosts: { api: "https://api.acme.example" },
    auth: [{ kind: "api_key", fields: [], headers: () => ({}) }],
    limits: [{ name: "api", isDefault: true, scope: "account", requests: 10, perMs: 1_000, burst: 1 }],
    classify: () => new PlatformError("provider.validation", "Refused."),
    settings: z.strictObject({}),
    checks: [],
    actions: {},
    streams,
    afterDisconnect: "Nothing changes at Acme.",
  });
}

test("a manifest's streams have names of their own and draw from limits that exist", () => {
  assert.equal(define([people]).streams?.[0], people);
  assert.throws(() => define([people, people]), /names a stream twice/);
  const greedy = { ...people, list: { ...people.list, buckets: ["search"] } };
  assert.throws(() => define([greedy]), /draws from no limit named search/);
});
