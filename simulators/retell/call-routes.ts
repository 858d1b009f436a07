import type { Answer, Base } from "#simulators/kit";
import { badRequest, type Call, RetellError, type Routes, unknownAsset } from "./api.ts";
import { toTest } from "./filters.ts";
import type { RetellCall } from "./types.ts";
import type { World } from "./world.ts";

interface Needs {
  base: Base;
  world: World;
  /** Told about each new outbound call. */
  onOutbound: (call: RetellCall) => void;
  analyse: (call: RetellCall) => void;
}

const transcripts = [
  "transcript",
  "transcript_object",
  "transcript_with_tool_calls",
  "scrubbed_transcript_with_tool_calls",
];
const storageSettings = ["everything", "everything_except_pii", "basic_attributes_only"];

export function callRoutes({ base, world, onOutbound, analyse }: Needs): Routes {
  return (add) => {
    add("GET", "/v2/get-call/:id", ({ params }) => ({ status: 200, body: find(params.id) }));
    add("POST", "/v3/list-calls", list);
    add("POST", "/v2/create-phone-call", create);
    add("POST", "/v2/register-phone-call", register);
    add("PATCH", "/v2/update-call/:id", update);
    add("POST", "/v2/stop-call/:id", stop);
    add("DELETE", "/v2/delete-call/:id", remove);
    add("PUT", "/rerun-call-analysis/:id", rerun);
    add("GET", "/get-concurrency", concurrency);
  };

  function find(id: string | undefined): RetellCall {
    const call = world.calls.get(id ?? "");
    if (!call) throw unknownAsset();
    return call;
  }

  function list({ body }: Call): Answer {
    const { filter_criteria, sort_order = "descending", limit = 50, skip, pagination_key, include_total } = body;
    if (skip !== undefined && pagination_key !== undefined)
      throw badRequest("skip and pagination_key cannot be used together.");
    if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > 1_000)
      throw badRequest("limit must be from 1 to 1000.");
    if (sort_order !== "ascending" && sort_order !== "descending")
      throw badRequest("sort_order must be ascending or descending.");
    const sign = sort_order === "ascending" ? 1 : -1;
    const found = [...world.calls.values()]
      .filter(toTest(filter_criteria as Record<string, unknown> | undefined))
      .sort(
        (a, b) => sign * ((a.start_timestamp ?? 0) - (b.start_timestamp ?? 0) || a.call_id.localeCompare(b.call_id)),
      );
    const start = pagination_key === undefined ? Number(skip ?? 0) : readKey(found, String(pagination_key));
    const page = found.slice(start, start + Number(limit));
    const hasMore = start + page.length < found.length;
    return {
      status: 200,
      body: {
        items: page.map(withoutTranscript),
        has_more: hasMore,
        ...(hasMore ? { pagination_key: Buffer.from(page.at(-1)?.call_id ?? "").toString("base64url") } : {}),
        ...(include_total === true ? { total: found.length } : {}),
      },
    };
  }

  function readKey(found: RetellCall[], key: string): number {
    const id = Buffer.from(key, "base64url").toString("utf8");
    const index = found.findIndex(({ call_id }) => call_id === id);
    if (index < 0) throw badRequest("pagination_key is not valid.");
    return index + 1;
  }

  function create({ body }: Call): Answer {
    const {
      from_number,
      to_number,
      override_agent_id,
      metadata,
      retell_llm_dynamic_variables,
      ignore_e164_validation,
    } = body;
    if (typeof from_number !== "string" || typeof to_number !== "string") throw badRequest();
    if (!ignore_e164_validation && !/^\+[1-9]\d{6,14}$/.test(to_number))
      throw badRequest("to_number must be in E.164 format.");
    const number = world.numbers.get(from_number);
    if (!number) throw new RetellError(422, "Cannot find requested asset under given api key.");
    // Numbers bought from Retell only reach the United States.
    if (!to_number.startsWith("+1")) throw badRequest("This number can only call destinations in the United States.");
    if (Object.values((retell_llm_dynamic_variables ?? {}) as object).some((value) => typeof value !== "string")) {
      throw badRequest("retell_llm_dynamic_variables must hold strings only.");
    }
    const agent = world.agents.get(String(override_agent_id ?? number.outbound_agents?.[0]?.agent_id ?? ""));
    if (!agent) throw unknownAsset();
    if (world.ongoing() >= world.concurrencyLimit)
      throw new RetellError(429, "Account rate limited, please throttle your requests.");
    const call: RetellCall = {
      call_id: `call_${base.random.uuid().replaceAll("-", "")}`,
      call_type: "phone_call",
      agent_id: agent.agent_id,
      agent_name: agent.agent_name,
      agent_version: agent.version,
      call_status: "registered",
      direction: "outbound",
      from_number,
      to_number,
      metadata: (metadata ?? {}) as Record<string, unknown>,
      retell_llm_dynamic_variables: retell_llm_dynamic_variables ?? {},
      data_storage_setting: "everything",
      opt_in_signed_url: false,
    };
    world.calls.set(call.call_id, call);
    onOutbound(call);
    return { status: 201, body: call };
  }

  function register({ body }: Call): Answer {
    const { agent_id, direction = "inbound", from_number = "", to_number = "", metadata = {} } = body;
    const agent = world.agents.get(String(agent_id ?? ""));
    if (!agent) throw unknownAsset();
    const call = {
      call_id: `call_${base.random.uuid().replaceAll("-", "")}`,
      call_type: "phone_call",
      agent_id: agent.agent_id,
      agent_name: agent.agent_name,
      agent_version: agent.version,
      call_status: "registered",
      direction,
      from_number,
      to_number,
      metadata,
    } as RetellCall;
    world.calls.set(call.call_id, call);
    return { status: 201, body: call };
  }

  function update({ params, body }: Call): Answer {
    const call = find(params.id);
    const { metadata, data_storage_setting, custom_attributes, override_dynamic_variables, ...others } = body;
    if (Object.keys(others).length > 0) throw badRequest();
    if (data_storage_setting !== undefined) {
      const [before, after] = [
        storageSettings.indexOf(String(call.data_storage_setting)),
        storageSettings.indexOf(String(data_storage_setting)),
      ];
      if (after < 0 || after < before) throw badRequest("data_storage_setting cannot be made less restrictive.");
      call.data_storage_setting = data_storage_setting;
      if (after === storageSettings.length - 1)
        for (const name of [...transcripts, "recording_url", "call_analysis"]) delete call[name];
    }
    if (metadata !== undefined) call.metadata = metadata as Record<string, unknown>;
    if (custom_attributes !== undefined) call.custom_attributes = custom_attributes;
    if (override_dynamic_variables !== undefined) call.override_dynamic_variables = override_dynamic_variables;
    return { status: 200, body: call };
  }

  function stop({ params }: Call): Answer {
    const call = find(params.id);
    if (call.call_status !== "ongoing" && call.call_status !== "registered")
      throw new RetellError(422, "The call is not ongoing.");
    const now = base.clock.now();
    Object.assign(call, {
      call_status: "ended",
      disconnection_reason: "manual_stopped",
      start_timestamp: call.start_timestamp ?? now,
      end_timestamp: now,
      duration_ms: now - (call.start_timestamp ?? now),
    });
    world.send("call_ended", call);
    return { status: 204 };
  }

  function remove({ params }: Call): Answer {
    world.calls.delete(find(params.id).call_id); // no webhook tells of it
    return { status: 204 };
  }

  function rerun({ params }: Call): Answer {
    const call = find(params.id);
    if (call.call_status !== "ended") throw new RetellError(422, "The call has not ended.");
    analyse(call);
    return { status: 200, body: call };
  }

  function concurrency(): Answer {
    const limit = world.concurrencyLimit;
    return {
      status: 200,
      body: {
        current_concurrency: world.ongoing(),
        concurrency_limit: limit,
        base_concurrency: Math.min(20, limit),
        purchased_concurrency: Math.max(0, limit - 20),
        concurrency_purchase_limit: 100,
        remaining_purchase_limit: Math.max(0, 100 - Math.max(0, limit - 20)),
        concurrency_burst_enabled: false,
        concurrency_burst_limit: 0,
        reserved_inbound_concurrency: 0,
      },
    };
  }
}

function withoutTranscript(call: RetellCall): Record<string, unknown> {
  return Object.fromEntries(Object.entries(call).filter(([name]) => !transcripts.includes(name)));
}
