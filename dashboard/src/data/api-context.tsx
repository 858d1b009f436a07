import { createContext, type ReactNode, useContext, useMemo } from "react";
import { type Api, createApi } from "./client.ts";

const ApiContext = createContext<Api>(createApi(null));

/** Everything below acts for this tenant; null where the key itself says which. */
export function TenantApi({ tenant, children }: { tenant: string | null; children: ReactNode }) {
  const api = useMemo(() => createApi(tenant), [tenant]);
  return <ApiContext value={api}>{children}</ApiContext>;
}

export function useApi(): Api {
  return useContext(ApiContext);
}
