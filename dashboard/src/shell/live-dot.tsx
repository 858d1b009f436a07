import { useQueryClient } from "@tanstack/react-query";
import { CloudOff, Radio, TriangleAlert } from "lucide-react";
import { useSyncExternalStore } from "react";
import { StatusText } from "../ui/status.tsx";

const looks = {
  live: { word: "Live", tone: "ok", icon: Radio },
  delayed: { word: "Delayed", tone: "warn", icon: TriangleAlert },
  offline: { word: "Offline", tone: "error", icon: CloudOff },
} as const;

/** Whether what is shown is current. */
export function LiveDot() {
  const cache = useQueryClient().getQueryCache();
  const state = useSyncExternalStore(
    (listener) => {
      const stop = cache.subscribe(listener);
      addEventListener("online", listener);
      addEventListener("offline", listener);
      return () => {
        stop();
        removeEventListener("online", listener);
        removeEventListener("offline", listener);
      };
    },
    () => {
      if (!navigator.onLine) return "offline";
      const failing = cache.getAll().some((query) => query.isActive() && query.state.status === "error");
      return failing ? "delayed" : "live";
    },
  );
  return (
    <span className="me-1 max-md:hidden" title="Pages refresh every few seconds while they are visible">
      <StatusText look={looks[state]} />
    </span>
  );
}
