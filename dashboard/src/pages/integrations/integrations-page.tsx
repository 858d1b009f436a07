import { getRouteApi } from "@tanstack/react-router";
import { Cable, FilterX } from "lucide-react";
import { useCallback } from "react";
import { useConnections } from "../../data/connections.ts";
import { useAgents, useProviders } from "../../data/providers.ts";
import type { Capability, Connection, Provider } from "../../data/types.ts";
import type { IntegrationsSearch } from "../../router.tsx";
import { capabilityWords } from "../../rules/capabilities.ts";
import { useTrail } from "../../shell/crumbs.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { FilterBar, FilterSelect, FilterText } from "../../ui/filters.tsx";
import { PageHead, SkeletonBlock } from "../../ui/parts.tsx";
import { Region } from "../../ui/region.tsx";
import { connectionLooks } from "../../ui/status.tsx";
import { ConnectedSheet, ConnectSheet } from "./connect-sheet.tsx";
import { ConnectionCard, ProviderCard } from "./connection-card.tsx";

const route = getRouteApi("/app/integrations");

export function IntegrationsPage() {
  useTrail("Integrations");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const providers = useProviders();
  const connections = useConnections();
  const agents = useAgents();
  const change = useCallback(
    (patch: IntegrationsSearch, replace = true) => {
      navigate({ search: (now) => ({ ...now, ...patch }), replace });
    },
    [navigate],
  );
  const close = useCallback(() => change({ connect: "", connected: "" }), [change]);
  const onConnected = useCallback((id: string) => change({ connect: "", connected: id }), [change]);

  const connecting = providers.data?.find(({ id }) => id === search.connect);
  const connected = findConnected(connections.data ?? [], search.connected);
  const providerOf = (id: string) => providers.data?.find((provider) => provider.id === id);

  return (
    <>
      <PageHead title="Integrations" about="The accounts calls are written to, and where calls come from." />
      <Filters search={search} onChange={change} />
      <Region of={connections} what="the connections" skeleton={<CardSkeletons count={3} />}>
        {(all) => (
          <Connections
            all={all}
            shown={all.filter((connection) => matches(connection, search))}
            providers={providers.data ?? []}
            agentName={(id) => agents.data?.find((agent) => agent.id === id)?.name ?? "one agent"}
            onClear={() => change({ q: "", status: "", capability: "" })}
          />
        )}
      </Region>
      <h2 className="mt-8 mb-3 text-lg font-semibold">Available</h2>
      <Region of={providers} what="the providers" skeleton={<CardSkeletons count={3} />}>
        {(all) => (
          <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
            {all
              .filter((provider) => offers(provider, search))
              .map((provider) => (
                <li key={provider.id} className="min-w-0">
                  <ProviderCard
                    provider={provider}
                    connected={
                      connections.data?.filter(
                        (known) => known.provider === provider.id && known.status !== "disconnected",
                      ).length ?? 0
                    }
                  />
                </li>
              ))}
          </ul>
        )}
      </Region>
      {connecting && (
        <ConnectSheet
          key={connecting.id}
          provider={connecting}
          agents={agents.data ?? []}
          onConnected={onConnected}
          onClose={close}
        />
      )}
      {connected && (
        <ConnectedSheet connection={connected} provider={providerOf(connected.provider) ?? null} onClose={close} />
      )}
    </>
  );
}

function Connections({
  all,
  shown,
  providers,
  agentName,
  onClear,
}: {
  all: Connection[];
  shown: Connection[];
  providers: Provider[];
  agentName: (id: string) => string;
  onClear: () => void;
}) {
  if (all.length === 0)
    return (
      <Empty icon={Cable} title="Nothing is connected yet">
        Choose a provider below. It takes two clicks and a sign-in; nothing is written before a call ends.
      </Empty>
    );
  if (shown.length === 0)
    return (
      <Empty
        icon={FilterX}
        title="No connection matches these filters"
        action={<Button onClick={onClear}>Clear filters</Button>}
      >
        {all.length === 1 ? "One connection is hidden by them." : `${all.length} connections are hidden by them.`}
      </Empty>
    );
  return (
    <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
      {shown.map((connection) => (
        <li key={connection.id} className="min-w-0">
          <ConnectionCard
            connection={connection}
            monogram={providers.find(({ id }) => id === connection.provider)?.monogram ?? "··"}
            audience={connection.agent_id ? `Only ${agentName(connection.agent_id)}` : "Every agent"}
          />
        </li>
      ))}
    </ul>
  );
}

function Filters({ search, onChange }: { search: IntegrationsSearch; onChange: (patch: IntegrationsSearch) => void }) {
  const capabilities = Object.entries(capabilityWords) as [Capability, { chip: string }][];
  return (
    <FilterBar>
      <FilterText
        label="Filter integrations"
        placeholder="Provider or account"
        value={search.q ?? ""}
        onChange={(q) => onChange({ q })}
      />
      <FilterSelect
        label="Status"
        any="Any status"
        value={search.status}
        options={Object.entries(connectionLooks).map(([value, { word }]) => ({ value, label: word }))}
        onChange={(status) => onChange({ status })}
      />
      <FilterSelect
        label="Capability"
        any="Any capability"
        value={search.capability}
        options={capabilities.map(([value, { chip }]) => ({ value, label: chip }))}
        onChange={(capability) => onChange({ capability })}
      />
    </FilterBar>
  );
}

function CardSkeletons({ count }: { count: number }) {
  return (
    <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
      {Array.from({ length: count }, (_, at) => (
        <SkeletonBlock key={at} height={196} />
      ))}
    </div>
  );
}

function matches(connection: Connection, { q, status, capability }: IntegrationsSearch): boolean {
  if (status && connection.status !== status) return false;
  if (capability && !connection.capabilities.some((known) => known === capability)) return false;
  return contains([connection.provider_name, connection.name, connection.account?.name, connection.account?.id], q);
}

function offers(provider: Provider, { q, capability }: IntegrationsSearch): boolean {
  if (capability && !provider.capabilities.some((known) => known === capability)) return false;
  return contains([provider.name, provider.summary], q);
}

function contains(texts: (string | null | undefined)[], q: string | undefined): boolean {
  return !q || texts.some((text) => text?.toLowerCase().includes(q.toLowerCase()));
}

// A visit that ended in this tab only knows the provider: its newest connection is the one just made.
function findConnected(connections: Connection[], wanted: string | undefined): Connection | undefined {
  if (!wanted) return undefined;
  return connections.find(
    ({ id, provider, status }) => id === wanted || (provider === wanted && status === "connected"),
  );
}
