import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "./api-context.tsx";
import { keys } from "./keys.ts";
import { live } from "./live.ts";
import type { InboundEvent, InboundEventQuery, Page } from "./types.ts";

export function useInboundEvents(filter: InboundEventQuery) {
  const api = useApi();
  return useQuery({
    queryKey: keys.inboundEvents(api.tenant, filter),
    queryFn: ({ signal }) =>
      api.get<Page<InboundEvent>>("/v1/inbound-events", { query: { limit: 50, ...filter }, signal }),
    refetchInterval: live.list,
    placeholderData: keepPreviousData,
  });
}

export function useReplayInboundEvent() {
  const api = useApi();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.post<{ id: string }>(`/v1/inbound-events/${id}/replay`),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.inboundEvents(api.tenant) }),
  });
}
