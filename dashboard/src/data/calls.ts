import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "./api-context.tsx";
import { keys } from "./keys.ts";
import { live } from "./live.ts";
import { usePolling } from "./live-updates.tsx";
import type { Call, CallQuery, CallSync, CallSyncQuery, Page, Retried, Trace } from "./types.ts";

export function useCalls(filter: CallQuery, every: number = live.list) {
  const api = useApi();
  return useQuery({
    queryKey: keys.calls(api.tenant, filter),
    queryFn: ({ signal }) => api.get<Page<Call>>("/v1/calls", { query: { limit: 50, ...filter }, signal }),
    refetchInterval: usePolling(every),
    placeholderData: keepPreviousData,
  });
}

export function useCall(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: keys.call(api.tenant, id),
    queryFn: ({ signal }) => api.get<Call>(`/v1/calls/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: usePolling(live.detail),
  });
}

export function useSyncsOfCall(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: keys.callSyncsOf(api.tenant, id),
    queryFn: async ({ signal }) =>
      (await api.get<{ data: CallSync[] }>(`/v1/calls/${encodeURIComponent(id)}/syncs`, { signal })).data,
    refetchInterval: usePolling(live.detail),
  });
}

export function useCallSyncs(filter: CallSyncQuery) {
  const api = useApi();
  return useQuery({
    queryKey: keys.callSyncs(api.tenant, filter),
    queryFn: ({ signal }) => api.get<Page<CallSync>>("/v1/call-syncs", { query: { limit: 50, ...filter }, signal }),
    refetchInterval: usePolling(live.list),
    placeholderData: keepPreviousData,
  });
}

export function useTrace(query: string) {
  const api = useApi();
  return useQuery({
    queryKey: keys.trace(api.tenant, query),
    queryFn: ({ signal }) => api.get<Trace>("/v1/trace", { query: { q: query }, signal }),
    enabled: query.length > 0,
    refetchInterval: usePolling(live.detail),
  });
}

export interface CallRetry {
  callId: string;
  connectionId?: string;
  /** Also what a rule left out. */
  evenSkipped?: boolean;
}

export function useRetryCall() {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ callId, connectionId, evenSkipped }: CallRetry) =>
      api.post<Retried>(`/v1/calls/${callId}/retry`, {
        ...(connectionId ? { connection_id: connectionId } : {}),
        ...(evenSkipped ? { even_skipped: true } : {}),
      }),
    onSettled: () =>
      Promise.all(
        [keys.calls(api.tenant), keys.callSyncs(api.tenant), keys.trace(api.tenant)].map((queryKey) =>
          cache.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
