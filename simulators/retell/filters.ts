import type { RetellCall } from "./types.ts";

interface ValueFilter {
  type?: string;
  op?: string;
  value?: unknown;
  key?: string;
}

/** Why a filter cannot be used; answered as 400. */
export class FilterProblem extends Error {}

/** A test for calls from `filter_criteria`; all conditions must hold, agents are alternatives. */
export function toTest(criteria: Record<string, unknown> = {}): (call: RetellCall) => boolean {
  const tests = Object.entries(criteria).map(([field, filter]) => toFieldTest(field, filter));
  return (call) => tests.every((test) => test(call));
}

const keyed: Record<string, (call: RetellCall) => unknown> = {
  metadata: (call) => call.metadata,
  dynamic_variables: (call) => ({
    ...(call.retell_llm_dynamic_variables as object),
    ...(call.collected_dynamic_variables as object),
  }),
  custom_analysis_data: (call) => call.call_analysis?.custom_analysis_data,
  custom_attributes: (call) => call.custom_attributes,
};

const plain: Record<string, (call: RetellCall) => unknown> = {
  in_voicemail: (call) => call.call_analysis?.in_voicemail,
  user_sentiment: (call) => call.call_analysis?.user_sentiment,
  call_successful: (call) => call.call_analysis?.call_successful,
  combined_cost: (call) => (call.call_cost as { combined_cost?: number } | undefined)?.combined_cost,
  e2e_latency_p50: (call) => (call.latency as { e2e?: { p50?: number } } | undefined)?.e2e?.p50,
};

// biome-ignore format: one list, read as one
const direct = [
  "call_id", "batch_call_id", "call_status", "call_type", "direction", "from_number", "to_number",
  "start_timestamp", "end_timestamp", "duration_ms", "disconnection_reason", "data_storage_setting",
];

function toFieldTest(field: string, filter: unknown): (call: RetellCall) => boolean {
  if (field === "agent") {
    const agents = filter as Array<{ agent_id: string; version?: number[] }>;
    return (call) =>
      agents.some(
        ({ agent_id, version }) =>
          agent_id === call.agent_id && (!version?.length || version.includes(call.agent_version)),
      );
  }
  if (field === "tool_calls") {
    const names = (filter as Array<{ name: string }>).map(({ name }) => name);
    return (call) =>
      names.every((name) =>
        call.transcript_with_tool_calls?.some((entry) => (entry as { name?: string }).name === name),
      );
  }
  const read = keyed[field];
  if (read) {
    if (!Array.isArray(filter)) throw new FilterProblem(`filter_criteria.${field} must be a list`);
    const tests = (filter as ValueFilter[]).map((one) => ({ key: one.key ?? "", test: toValueTest(field, one) }));
    return (call) => tests.every(({ key, test }) => test((read(call) as Record<string, unknown> | undefined)?.[key]));
  }
  const value = plain[field] ?? (direct.includes(field) ? (call: RetellCall) => call[field] : undefined);
  if (!value) throw new FilterProblem(`filter_criteria.${field} is not known`);
  const test = toValueTest(field, filter as ValueFilter);
  return (call) => test(value(call));
}

function toValueTest(field: string, { type, op, value }: ValueFilter): (actual: unknown) => boolean {
  const bad = () => new FilterProblem(`filter_criteria.${field}: ${type} ${op} is not valid`);
  if (type === "string") {
    const text = String(value);
    const tests: Record<string, (actual: string) => boolean> = {
      eq: (actual) => actual === text,
      ne: (actual) => actual !== text,
      sw: (actual) => actual.startsWith(text),
      ew: (actual) => actual.endsWith(text),
      co: (actual) => actual.includes(text),
    };
    const test = tests[op ?? ""];
    if (!test || typeof value !== "string") throw bad();
    return (actual) => typeof actual === "string" && test(actual);
  }
  if (type === "number") {
    const number = Number(value);
    const tests: Record<string, (actual: number) => boolean> = {
      eq: (actual) => actual === number,
      ne: (actual) => actual !== number,
      gt: (actual) => actual > number,
      ge: (actual) => actual >= number,
      lt: (actual) => actual < number,
      le: (actual) => actual <= number,
    };
    const test = tests[op ?? ""];
    if (!test || typeof value !== "number") throw bad();
    return (actual) => typeof actual === "number" && test(actual);
  }
  if (type === "range" && op === "bt" && Array.isArray(value) && value.length === 2) {
    const [low, high] = value as [number, number];
    return (actual) => typeof actual === "number" && actual >= low && actual <= high;
  }
  if (type === "enum" && op === "in" && Array.isArray(value)) return (actual) => value.includes(actual);
  if (type === "boolean" && op === "eq") return (actual) => actual === value;
  if (type === "present" && (op === "pr" || op === "np"))
    return (actual) => (actual !== undefined && actual !== null) === (op === "pr");
  throw bad();
}
