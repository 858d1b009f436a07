import { useQuery } from "@tanstack/react-query";
import { useApi } from "./api-context.tsx";
import { keys } from "./keys.ts";
import type { Agent, Page, Provider } from "./types.ts";

export function useProviders() {
  const api = useApi();
  return useQuery({
    queryKey: keys.providers(api.tenant),
    queryFn: async ({ signal }) => (await api.get<{ data: Provider[] }>("/v1/providers", { signal })).data,
    staleTime: 5 * 60_000,
  });
}

export function useAgents() {
  const api = useApi();
  return useQuery({
    queryKey: keys.agents(api.tenant),
    queryFn: async ({ signal }) => (await api.get<Page<Agent>>("/v1/agents", { query: { limit: 200 }, signal })).data,
    staleTime: 60_000,
  });
}
