import { Link } from "@tanstack/react-router";
import { useCallSyncs } from "../../data/calls.ts";
import { useAgents } from "../../data/providers.ts";
import type { Connection, Provider } from "../../data/types.ts";
import { ConnectionTestPanel } from "../../features/connection-test-panel.tsx";
import { capabilityChip, writeChecks } from "../../rules/capabilities.ts";
import { count } from "../../rules/instants.ts";
import { Chip, type Fact, Facts, Panel } from "../../ui/parts.tsx";
import { Time } from "../../ui/time.tsx";

const roleWords: Record<Connection["role"], string> = {
  everything: "Everything it can do",
  appointments_only: "Appointments only",
  workflows_only: "Workflows only",
};
const authWords: Record<string, string> = {
  oauth2: "Sign-in at the provider",
  api_key: "API key",
  client_credentials: "Client credentials",
  webhook_url: "Webhook address",
};

export function OverviewTab({ connection, provider }: { connection: Connection; provider: Provider | null }) {
  const agents = useAgents();
  const waiting = useCallSyncs({ connection_id: connection.id, state: "queued" }).data;
  const dead = useCallSyncs({ connection_id: connection.id, state: "dead" }).data;
  const agent = agents.data?.find(({ id }) => id === connection.agent_id);
  const facts: Fact[] = [
    { name: "Account", value: connection.account?.name ?? connection.account?.id ?? "Not known yet" },
    { name: "For", value: connection.agent_id ? `Only ${agent?.name ?? connection.agent_id}` : "Every agent" },
    { name: "Signed in by", value: authWords[connection.auth] ?? connection.auth },
    { name: "Does", value: roleWords[connection.role] },
    { name: "Environment", value: connection.environment },
    { name: "Connected", value: <Time at={connection.created_at} focusable /> },
    { name: "Last success", value: orNever(connection.last_success_at) },
    { name: "Last error", value: orNever(connection.last_error_at) },
    { name: "Waiting", value: <Amount page={waiting} id={connection.id} state="queued" /> },
    { name: "Failed", value: <Amount page={dead} id={connection.id} state="dead" /> },
  ];
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-4">
        <Panel title="About">
          <Facts facts={facts} />
        </Panel>
        <Panel title="Can do">
          <ul className="flex flex-wrap gap-1.5">
            {connection.capabilities.map((capability) => (
              <li key={capability} className="inline-flex">
                <Chip>{capabilityChip(capability)}</Chip>
              </li>
            ))}
          </ul>
          {connection.scopes.length > 0 && (
            <details className="mt-4">
              <summary className="min-h-6 text-sm font-medium">{connection.scopes.length} granted permissions</summary>
              <ul className="mt-2 flex flex-col gap-1">
                {connection.scopes.map((scope) => (
                  <li key={scope}>
                    <code className="font-mono text-xs break-all text-soft">{scope}</code>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </Panel>
      </div>
      <Panel title="Test">
        <ConnectionTestPanel connection={connection} writeChecks={writeChecks(provider)} />
      </Panel>
    </div>
  );
}

function orNever(at: string | null) {
  return at ? <Time at={at} focusable /> : "Never";
}

// The list knows its first page only: beyond that, "50+" is what can be said honestly.
function Amount({
  page,
  id,
  state,
}: {
  page: { data: unknown[]; has_more: boolean } | undefined;
  id: string;
  state: "queued" | "dead";
}) {
  if (!page) return "–";
  if (page.data.length === 0) return "None";
  return (
    <Link
      to="/connections/$id"
      params={{ id }}
      search={({ tenant }) => ({ ...(tenant ? { tenant } : {}), tab: "activity" as const, state })}
      className="numbers inline-flex min-h-6 items-center text-accent underline underline-offset-2"
    >
      {count(page.data.length)}
      {page.has_more ? "+" : ""} calls
    </Link>
  );
}
