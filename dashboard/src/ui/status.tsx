import {
  CircleAlert,
  CircleCheck,
  CircleMinus,
  CirclePause,
  CircleX,
  Clock3,
  KeyRound,
  LoaderCircle,
  type LucideIcon,
  TriangleAlert,
  Unplug,
} from "lucide-react";
import type { CallSync, ConnectionStatus, InboundEvent, SyncState, TestLine, TraceStation } from "../data/types.ts";

export type Tone = "ok" | "warn" | "error" | "info" | "neutral";

/** A state as people see it: icon, word and colour, always all three. */
export interface Look {
  word: string;
  tone: Tone;
  icon: LucideIcon;
}

const tints: Record<Tone, string> = {
  ok: "bg-ok-tint text-ok",
  warn: "bg-warn-tint text-warn",
  error: "bg-error-tint text-error",
  info: "bg-info-tint text-info",
  neutral: "bg-neutral-tint text-neutral",
};
export const inks: Record<Tone, string> = {
  ok: "text-ok",
  warn: "text-warn",
  error: "text-error",
  info: "text-info",
  neutral: "text-neutral",
};

export const connectionLooks: Record<ConnectionStatus, Look> = {
  connected: { word: "Connected", tone: "ok", icon: CircleCheck },
  degraded: { word: "Degraded", tone: "warn", icon: TriangleAlert },
  needs_reauth: { word: "Needs reauth", tone: "error", icon: KeyRound },
  paused: { word: "Paused", tone: "neutral", icon: CirclePause },
  disconnected: { word: "Disconnected", tone: "neutral", icon: Unplug },
};

export const callLooks: Record<SyncState, Look> = {
  done: { word: "Done", tone: "ok", icon: CircleCheck },
  waiting: { word: "Waiting", tone: "info", icon: Clock3 },
  skipped: { word: "Skipped", tone: "neutral", icon: CircleMinus },
  dead: { word: "Failed", tone: "error", icon: CircleX },
  none: { word: "No connection", tone: "neutral", icon: Unplug },
};

export const syncLooks: Record<CallSync["state"], Look> = {
  queued: { word: "Queued", tone: "info", icon: Clock3 },
  running: { word: "Running", tone: "info", icon: LoaderCircle },
  done: { word: "Done", tone: "ok", icon: CircleCheck },
  skipped: { word: "Skipped", tone: "neutral", icon: CircleMinus },
  dead: { word: "Failed", tone: "error", icon: CircleX },
};

export const inboundLooks: Record<InboundEvent["state"], Look> = {
  queued: { word: "Queued", tone: "info", icon: Clock3 },
  running: { word: "Running", tone: "info", icon: LoaderCircle },
  done: { word: "Done", tone: "ok", icon: CircleCheck },
  ignored: { word: "Ignored", tone: "neutral", icon: CircleMinus },
  dead: { word: "Failed", tone: "error", icon: CircleX },
};

export const stationLooks: Record<TraceStation["state"], Look> = {
  done: { word: "Done", tone: "ok", icon: CircleCheck },
  stopped: { word: "Stopped here", tone: "error", icon: CircleAlert },
  waiting: { word: "Waiting", tone: "info", icon: Clock3 },
  skipped: { word: "Left out", tone: "neutral", icon: CircleMinus },
  not_reached: { word: "Not reached", tone: "neutral", icon: CircleMinus },
};

export const testLooks: Record<TestLine["state"], Look> = {
  running: { word: "Running", tone: "info", icon: LoaderCircle },
  passed: { word: "Passed", tone: "ok", icon: CircleCheck },
  failed: { word: "Failed", tone: "error", icon: CircleX },
  skipped: { word: "Skipped", tone: "neutral", icon: CircleMinus },
};

export const keyLooks = {
  active: { word: "Active", tone: "ok", icon: CircleCheck },
  expired: { word: "Expired", tone: "neutral", icon: Clock3 },
  revoked: { word: "Revoked", tone: "neutral", icon: CircleX },
} as const satisfies Record<string, Look>;

/** What a step did. "Unchanged" is never dressed up as a success. */
export function outcomeLook(outcome: string): Look {
  const word = outcome.charAt(0).toUpperCase() + outcome.slice(1);
  if (outcome === "failed") return { word, tone: "error", icon: CircleX };
  if (outcome === "skipped" || outcome === "unchanged") return { word, tone: "neutral", icon: CircleMinus };
  return { word, tone: "ok", icon: CircleCheck };
}

export function StatusBadge({ look }: { look: Look }) {
  const Icon = look.icon;
  return (
    <span
      className={`inline-flex h-6 items-center gap-1 rounded-full align-middle tracking-normal px-2 text-xs font-medium whitespace-nowrap ${tints[look.tone]}`}
    >
      <Icon aria-hidden className="size-3.5" />
      {look.word}
    </span>
  );
}

/** The same without its pill, for dense rows. */
export function StatusText({ look }: { look: Look }) {
  const Icon = look.icon;
  return (
    <span
      className={`inline-flex items-center gap-1.5 align-middle text-sm font-medium whitespace-nowrap ${inks[look.tone]}`}
    >
      <Icon aria-hidden className="size-4" />
      {look.word}
    </span>
  );
}
