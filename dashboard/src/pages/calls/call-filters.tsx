import type { Agent, Connection, SyncState } from "../../data/types.ts";
import { FilterBar, FilterSelect, FilterText } from "../../ui/filters.tsx";
import { callLooks } from "../../ui/status.tsx";

export interface CallFilter {
  agent_id?: string;
  connection_id?: string;
  sync_state?: string;
  q?: string;
}

export function CallFilters({
  filter,
  agents,
  connections,
  onChange,
}: {
  filter: CallFilter;
  agents: Agent[];
  connections: Connection[];
  onChange: (patch: Partial<Record<keyof CallFilter, string>>) => void;
}) {
  const states = Object.entries(callLooks) as [SyncState, { word: string }][];
  return (
    <FilterBar>
      <FilterText
        label="Filter calls"
        placeholder="Phone, e-mail or call id"
        value={filter.q ?? ""}
        onChange={(q) => onChange({ q })}
      />
      <FilterSelect
        label="State"
        any="Any state"
        value={filter.sync_state}
        options={states.map(([value, { word }]) => ({ value, label: word }))}
        onChange={(sync_state) => onChange({ sync_state })}
      />
      <FilterSelect
        label="Agent"
        any="All agents"
        value={filter.agent_id}
        options={agents.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(agent_id) => onChange({ agent_id })}
      />
      <FilterSelect
        label="Connection"
        any="All connections"
        value={filter.connection_id}
        options={connections.map(({ id, provider_name, name, account }) => ({
          value: id,
          label: [provider_name, name ?? account?.name].filter(Boolean).join(" · "),
        }))}
        onChange={(connection_id) => onChange({ connection_id })}
      />
    </FilterBar>
  );
}
