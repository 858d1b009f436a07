import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "./api-context.tsx";
import { keys } from "./keys.ts";
import type { Page, Session, Tenant } from "./types.ts";

export function useSession() {
  const api = useApi();
  return useQuery({
    queryKey: keys.session(api.tenant),
    queryFn: ({ signal }) => api.get<Session>("/v1/session", { signal }),
    staleTime: 60_000,
  });
}

export function useSignIn() {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (key: string) => api.post<Session>("/login", { key }),
    onSuccess: () => cache.clear(),
  });
}

export function useSignOut() {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({ mutationFn: () => api.post<unknown>("/logout"), onSuccess: () => cache.clear() });
}

/** The tenants a host key can act for. */
export function useTenants(isHost: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: keys.tenants,
    queryFn: ({ signal }) => api.get<Page<Tenant>>("/v1/tenants", { query: { limit: 200 }, signal }),
    enabled: isHost,
    staleTime: 60_000,
  });
}
