import type { Answer, Base } from "#simulators/kit";
import { badRequest, type Call, RetellError, type Routes, unknownAsset } from "./api.ts";
import type { Agent } from "./types.ts";
import type { World } from "./world.ts";

export function agentRoutes({ base, world }: { base: Base; world: World }): Routes {
  return (add) => {
    add("POST", "/create-agent", create);
    add("GET", "/get-agent/:id", ({ params }) => ({ status: 200, body: find(params.id) }));
    add("GET", "/get-agent-versions/:id", ({ params }) => ({ status: 200, body: [find(params.id)] }));
    add("PATCH", "/update-agent/:id", update);
    add("DELETE", "/delete-agent/:id", remove);
    add("GET", "/list-agents", () => ({ status: 200, body: [...world.agents.values()] }));
    add("POST", "/v2/list-agents", list);
    add("GET", "/v2/list-phone-numbers", listNumbers);
    add("GET", "/get-phone-number/:number", ({ params }) => ({ status: 200, body: findNumber(params.number) }));
    add("PATCH", "/update-phone-number/:number", updateNumber);
  };

  function find(id: string | undefined): Agent {
    const agent = world.agents.get(id ?? "");
    if (!agent) throw unknownAsset();
    return agent;
  }

  function findNumber(number: string | undefined) {
    const found = world.numbers.get(number ?? "");
    if (!found) throw unknownAsset();
    return found;
  }

  function create({ body }: Call): Answer {
    if (!body.response_engine || !body.voice_id) throw badRequest();
    const agent = world.addAgent({ ...body, agent_id: `agent_${base.random.uuid().replaceAll("-", "").slice(0, 26)}` });
    return { status: 201, body: agent };
  }

  function update({ params, body }: Call): Answer {
    const agent = find(params.id);
    const { agent_id: _fixed, version: _counted, ...changes } = body;
    const { webhook_timeout_ms: timeout } = changes;
    if (timeout !== undefined && !Number.isInteger(timeout))
      throw badRequest("webhook_timeout_ms must be a whole number.");
    Object.assign(agent, changes, { last_modification_timestamp: base.clock.now() });
    return { status: 200, body: agent };
  }

  function remove({ params }: Call): Answer {
    world.agents.delete(find(params.id).agent_id);
    return { status: 204 };
  }

  function list({ query, body }: Call): Answer {
    const limit = Number(query.get("limit") ?? 50);
    if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
      throw new RetellError(400, "limit must be from 1 to 1000.");
    const { query: text } = (body.filter_criteria ?? {}) as { query?: string };
    const found = [...world.agents.values()].filter(
      ({ agent_id, agent_name }) =>
        !text || agent_id.includes(text) || agent_name.toLowerCase().includes(text.toLowerCase()),
    );
    const start = found.findIndex(({ agent_id }) => agent_id === query.get("pagination_key")) + 1;
    const page = found.slice(start, start + limit);
    const hasMore = start + page.length < found.length;
    const items = page.map(({ agent_id, agent_name, last_modification_timestamp }) => ({
      agent_id,
      agent_name,
      channel: "voice",
      tags: {},
      user_modified_timestamp: last_modification_timestamp,
    }));
    return {
      status: 200,
      body: { items, has_more: hasMore, ...(hasMore ? { pagination_key: page.at(-1)?.agent_id } : {}) },
    };
  }

  function listNumbers(): Answer {
    return { status: 200, body: { items: [...world.numbers.values()], has_more: false } };
  }

  function updateNumber({ params, body }: Call): Answer {
    const number = findNumber(params.number);
    const { phone_number: _fixed, ...changes } = body;
    Object.assign(number, changes, { last_modification_timestamp: base.clock.now() });
    return { status: 200, body: number };
  }
}
