import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { toProblem } from "./data/client.ts";
import { router } from "./router.tsx";
import "./styles.css";

const cache = new QueryClient({
  queryCache: new QueryCache({
    // A sign-in that ended shows itself on the session, and the frame then asks for a new one.
    onError: (error, query) => {
      const isSession = (key: readonly unknown[]) => key[1] === "session";
      if (toProblem(error).status === 401 && !isSession(query.queryKey))
        cache.invalidateQueries({ predicate: ({ queryKey }) => isSession(queryKey) });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // What the caller must change stays wrong however often it is asked again.
      retry: (failures, error) => failures < 1 && toProblem(error).retryable,
      retryDelay: 600,
    },
  },
});

const place = document.getElementById("app");
if (!place) throw new Error("index.html has no #app.");
createRoot(place).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
