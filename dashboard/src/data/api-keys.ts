import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "./api-context.tsx";
import { keys } from "./keys.ts";
import type { ApiKey, ApiKeyCreate, ApiKeyCreated, Page } from "./types.ts";

export function useApiKeys() {
  const api = useApi();
  return useQuery({
    queryKey: keys.apiKeys(api.tenant),
    queryFn: async ({ signal }) =>
      (await api.get<Page<ApiKey>>("/v1/api-keys", { query: { limit: 200 }, signal })).data,
  });
}

export function useCreateApiKey() {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: ApiKeyCreate) => api.post<ApiKeyCreated>("/v1/api-keys", body),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.apiKeys(api.tenant) }),
  });
}

export function useRevokeApiKey() {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete<unknown>(`/v1/api-keys/${id}`),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.apiKeys(api.tenant) }),
  });
}
