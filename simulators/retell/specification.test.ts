import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, openSpec, startSimulator } from "#simulators/kit";
import { createRetellSimulator, defaults } from "./index.ts";

const spec = openSpec("retell/retell-openapi.json");
const skip = spec ? false : "the providers' reference documents are not beside this repository (../shared/specs)";

test("every answer has the status and the fields that the vendor's specification names", { skip }, async (t) => {
  const retell = await startSimulator(t, createRetellSimulator, { seed: 1 });
  const call = createCaller(retell.url, { authorization: `Bearer ${defaults.apiKey}` });
  const { call_id } = retell.control.addCall();
  const problems: string[] = [];
  async function check(method: string, pattern: string, id = "", body?: unknown) {
    const answer = await call(method, pattern.replace(/\{\w+\}/, id), body);
    problems.push(
      ...(spec?.check(method, pattern, answer.status, answer.body) ?? []).map(
        (problem) => `${pattern} ${answer.status}: ${problem}`,
      ),
    );
    return answer;
  }

  await check("GET", "/v2/get-call/{call_id}", call_id);
  await check("GET", "/v2/get-call/{call_id}", "unknown");
  await check("POST", "/v3/list-calls", "", {});
  const made = await check("POST", "/v2/create-phone-call", "", {
    from_number: defaults.phoneNumber,
    to_number: "+14079780655",
  });
  await check("PATCH", "/v2/update-call/{call_id}", call_id, { metadata: { a: 1 } });
  await check("PATCH", "/v2/update-call/{call_id}", call_id, { unknown: 1 });
  await check("POST", "/v2/register-phone-call", "", { agent_id: defaults.agentId });
  await check("GET", "/get-concurrency");
  await check("GET", "/get-agent/{agent_id}", defaults.agentId);
  await check("GET", "/get-agent-versions/{agent_id}", defaults.agentId);
  await check("GET", "/list-agents");
  await check("PATCH", "/update-agent/{agent_id}", defaults.agentId, { agent_name: "Jarvis" });
  await check("POST", "/create-agent", "", {
    response_engine: { type: "retell-llm", llm_id: "llm_1" },
    voice_id: "11labs-Adrian",
  });
  await check("GET", "/v2/list-phone-numbers");
  await check("GET", "/get-phone-number/{phone_number}", defaults.phoneNumber);
  await check("POST", "/v2/stop-call/{call_id}", made.body.call_id);
  await check("DELETE", "/v2/delete-call/{call_id}", call_id);

  assert.deepEqual(problems, []);
});
