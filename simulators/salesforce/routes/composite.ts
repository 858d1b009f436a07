import type { Answer } from "#simulators/kit";
import type { Call, Routes } from "../api.ts";
import { refuse } from "../errors.ts";
import { readFields } from "./records.ts";

interface Part {
  method: string;
  url: string;
  referenceId: string;
  body?: unknown;
}

export const compositeRoutes: Routes = (add) => {
  add("POST", "/composite", composite);
  add("POST", "/composite/batch", batch);
};

function composite(call: Call): Answer {
  const { compositeRequest, allOrNone } = readFields(call.body);
  const parts = readParts(compositeRequest);
  const names = parts.map(({ referenceId }) => referenceId);
  if (names.some((name, index) => !/^[A-Za-z0-9_]+$/.test(name ?? "") || names.indexOf(name) !== index)) {
    throw refuse(
      400,
      "INVALID_INPUT",
      "Each subrequest needs a referenceId of its own, of letters, digits and underscores",
    );
  }
  const run = () => {
    const answers = new Map<string, Answer>();
    for (const part of parts) answers.set(part.referenceId, runPart(call, part, answers));
    const keep = allOrNone !== true || [...answers.values()].every(({ status }) => status < 300);
    return { keep, result: answers };
  };
  const answers = allOrNone === true ? call.org.transaction(run) : run().result;
  const isHalted = allOrNone === true && [...answers.values()].some(({ status }) => status >= 300);
  const compositeResponse = [...answers].map(([referenceId, answer]) => {
    const shown = isHalted && answer.status < 300 ? halted() : answer;
    return {
      body: shown.body ?? null,
      httpHeaders: locationOf(call, shown),
      httpStatusCode: shown.status,
      referenceId,
    };
  });
  return { status: 200, body: { compositeResponse } };
}

// A part that leans on one that failed is not tried.
function runPart(call: Call, part: Part, answers: Map<string, Answer>): Answer {
  const used = [...JSON.stringify([part.url, part.body ?? null]).matchAll(/@\{(\w+)/g)].map(([, name = ""]) => name);
  for (const name of used) {
    const earlier = answers.get(name);
    if (!earlier) return refusal("INVALID_INPUT", `Invalid reference specified. No value for ${name} found`);
    if (earlier.status >= 300) {
      return refusal(
        "PROCESSING_HALTED",
        `Invalid reference specified. No value for ${name} found: that operation failed`,
      );
    }
  }
  let isBroken = false;
  const fill = (text: string) =>
    text.replace(/@\{(\w+)([^}]*)\}/g, (_whole, name: string, path: string) => {
      const value = follow(answers.get(name)?.body, path);
      if (value === undefined) isBroken = true;
      return String(value);
    });
  const url = fill(part.url);
  const body = fillAll(part.body, fill);
  if (isBroken) return refusal("INVALID_INPUT", "Invalid reference specified: nothing stands at that path");
  return call.again(part.method, url, body);
}

function batch(call: Call): Answer {
  const { batchRequests, haltOnError } = readFields(call.body);
  const parts = readParts(batchRequests);
  let isHalted = false;
  const results = parts.map((part) => {
    if (isHalted) return { statusCode: 412, result: halted().body };
    const { richInput, url, method } = part as Part & { richInput?: unknown };
    const answer = call.again(method, url.startsWith("/") ? url : `/services/data/${url}`, richInput);
    if (answer.status >= 400 && haltOnError === true) isHalted = true;
    return { statusCode: answer.status, result: answer.body ?? null };
  });
  return { status: 200, body: { hasErrors: results.some(({ statusCode }) => statusCode >= 400), results } };
}

function readParts(given: unknown): Part[] {
  const isList = Array.isArray(given) && given.every((part) => typeof part?.url === "string" && part.method);
  if (!isList) throw refuse(400, "JSON_PARSER_ERROR", "The list of subrequests, each with method and url, is missing");
  if (given.length > 25) throw refuse(400, "LIMIT_EXCEEDED", "Cannot have more than 25 subrequests in one request");
  return given as Part[];
}

function follow(body: unknown, path: string): unknown {
  let at = body;
  for (const [, name, index] of path.matchAll(/\.(\w+)|\[(\d+)\]/g)) {
    at = (at as Record<string, unknown> | undefined)?.[name ?? index ?? ""];
  }
  return at;
}

function fillAll(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((item) => fillAll(item, fill));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fillAll(item, fill)]));
}

function locationOf(call: Call, { status, body }: Answer): Record<string, string> {
  if (status !== 201) return {};
  return { Location: `/services/data/v${call.version}/sobjects/${(body as { id?: string }).id ?? ""}` };
}

function halted(): Answer {
  return refusal(
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
  );
}

function refusal(errorCode: string, message: string): Answer {
  return { status: 400, body: [{ errorCode, message }] };
}
