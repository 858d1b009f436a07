import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "./api-context.tsx";
import { keys } from "./keys.ts";
import { live } from "./live.ts";
import { usePolling } from "./live-updates.tsx";
import type {
  Connection,
  ConnectionCreate,
  ConnectionReconnected,
  ConnectionRemoved,
  ConnectionUpdate,
  OAuthStart,
  OAuthStarted,
  Page,
  Retried,
} from "./types.ts";

export function useConnections(every: number = live.list) {
  const api = useApi();
  return useQuery({
    queryKey: keys.connections(api.tenant),
    queryFn: async ({ signal }) =>
      (await api.get<Page<Connection>>("/v1/connections", { query: { limit: 200 }, signal })).data,
    refetchInterval: usePolling(every),
  });
}

/** One connection, with the version that a change must name. */
export function useConnection(id: string, every: number = live.detail) {
  const api = useApi();
  return useQuery({
    queryKey: keys.connection(api.tenant, id),
    queryFn: ({ signal }) => api.getVersioned<Connection>(`/v1/connections/${id}`, { signal }),
    refetchInterval: usePolling(every),
  });
}

function useConnectionChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => cache.invalidateQueries({ queryKey: keys.connections(api.tenant) }),
  });
}

export function useCreateConnection() {
  const api = useApi();
  return useConnectionChange((body: ConnectionCreate) => api.post<Connection>("/v1/connections", body));
}

export function useStartOAuth() {
  const api = useApi();
  return useMutation({ mutationFn: (body: OAuthStart) => api.post<OAuthStarted>("/v1/connections/oauth", body) });
}

export function useReconnect(id: string) {
  const api = useApi();
  return useConnectionChange((body: { credentials?: Record<string, string>; return_to?: string }) =>
    api.post<ConnectionReconnected>(`/v1/connections/${id}/reconnect`, body),
  );
}

export function useUpdateConnection(id: string) {
  const api = useApi();
  return useConnectionChange(({ changes, etag }: { changes: ConnectionUpdate; etag: string | null }) =>
    api.patch<Connection>(`/v1/connections/${id}`, changes, { ifMatch: etag }),
  );
}

export function usePauseConnection(id: string) {
  const api = useApi();
  return useConnectionChange((verb: "pause" | "resume") => api.post<Connection>(`/v1/connections/${id}/${verb}`));
}

export function useDisconnect(id: string) {
  const api = useApi();
  return useConnectionChange((_: undefined) => api.delete<ConnectionRemoved>(`/v1/connections/${id}`));
}

/** Tries everything again that a connection gave up on. */
export function useRetryConnection(id: string) {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => api.post<Retried>(`/v1/connections/${id}/retry`),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.everything(api.tenant) }),
  });
}
