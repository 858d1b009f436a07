import { useQueryClient } from "@tanstack/react-query";
import { CloudOff, LoaderCircle, Radio, RefreshCw, TriangleAlert } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useStreamState } from "../data/live-updates.tsx";
import { StatusText } from "../ui/status.tsx";

const looks = {
  live: { word: "Live", tone: "ok", icon: Radio, about: "Changes show here as they happen." },
  connecting: {
    word: "Connecting",
    tone: "neutral",
    icon: LoaderCircle,
    about: "The stream of changes is being opened.",
  },
  cut: {
    word: "Polling",
    tone: "neutral",
    icon: RefreshCw,
    about: "The stream of changes is cut. Until it is back, pages ask every few seconds.",
  },
  delayed: {
    word: "Delayed",
    tone: "warn",
    icon: TriangleAlert,
    about: "Something on this page could not be loaded again: what it shows may be old.",
  },
  offline: {
    word: "Offline",
    tone: "error",
    icon: CloudOff,
    about: "This device has no network: what is shown may be old.",
  },
} as const;

/** Whether what is shown is current. */
export function LiveDot() {
  const cache = useQueryClient().getQueryCache();
  const stream = useStreamState();
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
      return failing ? "delayed" : stream;
    },
  );
  return (
    <span className="me-1 max-md:hidden" title={looks[state].about}>
      <StatusText look={looks[state]} />
    </span>
  );
}
