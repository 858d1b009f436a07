import { type Control, createSimulator, html, htmlTable, type Simulator } from "#simulators/kit";
import { agentRoutes } from "./agent-routes.ts";
import { createApi, errorBody } from "./api.ts";
import { buildCall, type CallOptions } from "./build-call.ts";
import { callRoutes } from "./call-routes.ts";
import type { RetellOptions } from "./options.ts";
import type { Agent, AgentOptions, RetellCall } from "./types.ts";
import { createWorld, type RetellEvent } from "./world.ts";

export interface RetellControl extends Control {
  /** Keeps a call as if it had taken place, and says nothing about it. */
  addCall(options?: CallOptions): RetellCall;
  /** A whole call: kept, and told by call_started (when it connected), call_ended and call_analyzed. */
  playCall(options?: CallOptions): RetellCall;
  /** Lets an outbound call that was created by the API take its course; fields as for `playCall`. */
  play(callId: string, options?: CallOptions): RetellCall;
  /** Sends one webhook about a call that exists. */
  send(event: RetellEvent, callId: string): void;
  call(callId: string): RetellCall | undefined;
  calls(): RetellCall[];
  addAgent(options?: AgentOptions): Agent;
  addApiKey(key: string): void;
  revokeApiKey(key: string): void;
  /** Chooses the key that signs from now on. */
  signWith(key: string): void;
  webhookUrl(url: string | undefined): void;
  webhookRetryDelays(ms: readonly number[]): void;
}

/** A Retell of our own: calls, agents, numbers, and signed webhooks about them. */
export function createRetellSimulator(options: RetellOptions = {}): Simulator<RetellControl> {
  return createSimulator(options, (base) => {
    const world = createWorld(base, options);
    const handle = createApi({ base, world }, [
      callRoutes({ base, world, onOutbound, analyse }),
      agentRoutes({ base, world }),
    ]);

    return {
      id: "retell",
      name: "Retell",
      handle,
      failure: (status) => ({ status, body: errorBody(messageOf(status)) }),
      knobs: {
        seed: ({ calls }) => {
          const rows =
            typeof calls === "number" ? Array.from({ length: calls }, () => ({})) : ((calls ?? []) as CallOptions[]);
          for (const row of rows) addCall(row);
          return { calls: world.calls.size };
        },
        play: (call) => playCall(call as CallOptions),
        revoke: ({ apiKey }) => void world.apiKeys.delete(String(apiKey)),
        rotate: ({ apiKey }) => {
          world.apiKeys.add(String(apiKey));
          world.webhookKey = String(apiKey);
        },
        target: ({ url }) => {
          world.webhookUrl = url === undefined ? undefined : String(url);
        },
        limits: ({ concurrency }) => {
          if (typeof concurrency === "number") world.concurrencyLimit = concurrency;
        },
      },
      state: (query) => {
        const after = Number(query.get("after") ?? 0);
        const calls = [...world.calls.values()].slice(after, after + Number(query.get("limit") ?? 100));
        return {
          agents: [...world.agents.values()],
          numbers: [...world.numbers.values()],
          total: world.calls.size,
          calls,
        };
      },
      page,
      reset: world.reset,
      control: (shared) => ({
        ...shared,
        addCall,
        playCall,
        play,
        send: (event, callId) => world.send(event, known(callId)),
        call: (callId) => world.calls.get(callId),
        calls: () => [...world.calls.values()],
        addAgent: (agent = {}) => world.addAgent(agent),
        addApiKey: (key) => void world.apiKeys.add(key),
        revokeApiKey: (key) => void world.apiKeys.delete(key),
        signWith: (key) => {
          world.webhookKey = key;
        },
        webhookUrl: (url) => {
          world.webhookUrl = url;
        },
        webhookRetryDelays: (ms) => {
          world.retryDelaysMs = ms;
        },
      }),
    };

    function addCall(given: CallOptions = {}): RetellCall {
      const agent = world.agents.get(String(given.agent_id ?? "")) ?? [...world.agents.values()][0];
      const named = agent
        ? { agent_id: agent.agent_id, agent_name: agent.agent_name, agent_version: agent.version }
        : {};
      const call = buildCall({
        call_id: `call_${base.random.uuid().replaceAll("-", "")}`,
        end_timestamp: base.clock.now(),
        ...named,
        ...given,
      });
      world.calls.set(call.call_id, call);
      return call;
    }

    function playCall(given: CallOptions = {}): RetellCall {
      const call = addCall(given);
      tell(call);
      return call;
    }

    // The outcome is made up first and told in the order in which Retell tells it.
    function tell(call: RetellCall): void {
      if (call.call_status !== "not_connected") world.send("call_started", call);
      world.send("call_ended", call);
      world.send("call_analyzed", call);
    }

    function play(callId: string, given: CallOptions = {}): RetellCall {
      const { call_id, direction, from_number, to_number, metadata, retell_llm_dynamic_variables } = known(callId);
      return playCall({
        call_id,
        direction,
        from_number,
        to_number,
        ...(metadata ? { metadata } : {}),
        retell_llm_dynamic_variables,
        ...given,
      });
    }

    function onOutbound(call: RetellCall): void {
      if (options.playOutboundAfterMs === undefined) return;
      base.clock.after(
        options.playOutboundAfterMs,
        () => world.calls.get(call.call_id)?.call_status === "registered" && play(call.call_id),
      );
    }

    function analyse(call: RetellCall): void {
      call.call_analysis ??= buildCall().call_analysis ?? {};
      world.send("call_analyzed", call);
    }

    function known(callId: string): RetellCall {
      const call = world.calls.get(callId);
      if (!call) throw new Error(`The Retell simulator has no call ${callId}`);
      return call;
    }

    function page(query: URLSearchParams) {
      const after = Number(query.get("after") ?? 0) || 0;
      const shown = [...world.calls.values()].toReversed().slice(after, after + 50);
      const rows = shown.map((call) => [
        call.call_id,
        call.direction,
        call.from_number,
        call.to_number,
        call.call_status,
        call.call_analysis?.call_summary,
      ]);
      return html`${htmlTable(`Calls: ${world.calls.size}, newest first`, ["Call", "Direction", "From", "To", "State", "Summary"], rows)}
${after + 50 < world.calls.size && html`<nav aria-label="Pages"><a rel="next" href="/_simulator?after=${after + 50}">Next page</a></nav>`}
${htmlTable(
  "Agents",
  ["Agent", "Name", "Webhook"],
  [...world.agents.values()].map(({ agent_id, agent_name, webhook_url }) => [
    agent_id,
    agent_name,
    webhook_url ?? world.webhookUrl,
  ]),
)}`;
    }
  });
}

function messageOf(status: number): string {
  if (status === 429) return "Account rate limited, please throttle your requests.";
  return status === 402 ? "Trial has ended, please add payment method." : "An unexpected server error occurred.";
}
