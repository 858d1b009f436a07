import assert from "node:assert/strict";
import { after, test } from "node:test";
import { errorCodes } from "#core";
import { startTestApi } from "./testing.ts";

interface Operation {
  operationId: string;
  parameters: { name: string; in: string }[];
  responses: object;
}

const world = await startTestApi({ after });
const document = (await world.send("GET", "/openapi.json")).json;

test("every route that answers is in the document, and nothing else", () => {
  const documented = new Set<string>();
  for (const [path, methods] of Object.entries<object>(document.paths))
    for (const method of Object.keys(methods)) documented.add(`${method.toUpperCase()} ${path}`);
  // Pages for people and files are no part of the API; PUT and friends only say that they are not there.
  const pages = /^(GET|HEAD) \/(login|docs\/.*|openapi\.json)?$|^HEAD /;
  const table = new Set(world.api.routes.map(({ path }) => path));
  for (const { method, path } of world.api.served) {
    const isRefusal =
      table.has(path) && !world.api.routes.some((route) => route.path === path && route.method === method);
    if (pages.test(`${method} ${path}`) || isRefusal) continue;
    assert.ok(documented.has(`${method} ${path}`), `${method} ${path} is served and not documented`);
  }
  for (const one of documented) {
    const [method, path] = one.split(" ") as ["GET", string];
    const isServed = world.api.server.hasRoute({ method, url: path.replaceAll(/\{(\w+)\}/g, ":$1") });
    assert.ok(isServed, `${one} is documented and not served`);
  }
  assert.ok(documented.size > 40);
});

test("the document holds together: references lead somewhere, operations are named once, path parameters are declared", () => {
  assert.equal(document.openapi, "3.1.0");
  for (const [, reference] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) {
    const name = /^#\/components\/schemas\/(.+)$/.exec(reference as string)?.[1];
    assert.ok(name && document.components.schemas[name], String(reference));
  }
  const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, ...operation })),
  );
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { path, parameters, responses, operationId } of operations) {
    const declared = parameters.filter((one) => one.in === "path").map((one) => one.name);
    assert.deepEqual(
      declared,
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      path,
    );
    assert.ok(
      Object.keys(responses).some((status) => Number(status) < 400),
      operationId,
    );
  }
});

test("every example fits its schema", () => {
  let checked = 0;
  for (const { method, path, body, reply, examples } of world.api.routes) {
    if (body && method !== "GET" && examples?.body !== undefined) {
      body.parse(examples.body);
      checked++;
    }
    if (examples?.reply !== undefined) {
      reply.schema?.parse(examples.reply);
      checked++;
    }
    if (body && !body.safeParse({}).success) assert.ok(examples?.body, `${method} ${path} has no example`);
  }
  assert.ok(checked >= 20, `${checked} examples`);
});

test("each error code has a page, and problems lead to it", async () => {
  for (const code of Object.keys(errorCodes)) {
    const { status, text } = await world.send("GET", `/docs/errors/${code}`);
    assert.equal(status, 200);
    assert.ok(text.includes(code));
  }
  const problem = await world.send("GET", "/v1/calls");
  assert.equal((await world.send("GET", problem.json.type)).status, 200);
  assert.equal((await world.send("GET", "/docs/errors/no.such")).status, 404);
  assert.equal((await world.send("GET", "/docs/errors/toString")).status, 404);
});

test("the reference page shows every operation, loads nothing from elsewhere and runs no script", async () => {
  const { text, headers } = await world.send("GET", "/docs/api");
  for (const methods of Object.values<Record<string, { operationId: string }>>(document.paths))
    for (const { operationId } of Object.values(methods)) assert.ok(text.includes(`id="${operationId}"`), operationId);
  assert.ok(!/<script|<link|<img|src=/.test(text));
  assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
  const targets = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  for (const id of targets) assert.ok(text.includes(`id="${id}"`), String(id));
});
