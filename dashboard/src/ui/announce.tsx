import { CircleCheck, CircleX, X } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { IconButton } from "./button.tsx";

export interface Notice {
  id: number;
  text: string;
  tone: "ok" | "error";
  /** One thing to do about it. */
  action?: { label: string; run: () => void };
}

let spoken = "";
let notices: Notice[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

/** Says something to people who listen instead of look. */
export function say(text: string): void {
  // The same words twice are only read twice when the text differs.
  spoken = text === spoken ? `${text} ` : text;
  tell();
}

/** Shows a short message in the corner, and says it. */
export function notify(text: string, options: Partial<Pick<Notice, "tone" | "action">> = {}): void {
  notices = [...notices.slice(-2), { id: nextId++, text, tone: options.tone ?? "ok", ...options }];
  say(text);
}

function dismiss(id: number): void {
  notices = notices.filter((notice) => notice.id !== id);
  tell();
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where messages appear and are read out: once per page. */
export function Announcements() {
  const shown = useSyncExternalStore(subscribe, () => notices);
  const text = useSyncExternalStore(subscribe, () => spoken);
  return (
    <>
      <div role="status" aria-live="polite" className="sr-only">
        {text}
      </div>
      <div className="fixed end-4 bottom-20 z-50 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2 md:bottom-4">
        {shown.map((notice) => (
          <Toast key={notice.id} notice={notice} />
        ))}
      </div>
    </>
  );
}

function Toast({ notice }: { notice: Notice }) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(notice.id), notice.action ? 10_000 : 6_000);
    return () => clearTimeout(timer);
  }, [notice]);
  const Icon = notice.tone === "ok" ? CircleCheck : CircleX;
  return (
    <div className="flex animate-[rise_160ms_ease-out] items-start gap-2 rounded-lg border border-line bg-raised p-3 shadow-float">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${notice.tone === "ok" ? "text-ok" : "text-error"}`} />
      <p className="min-w-0 flex-1 text-sm break-words">{notice.text}</p>
      {notice.action && (
        <button
          type="button"
          className="touch h-6 rounded px-1 text-sm font-medium text-accent hover:underline"
          onClick={() => {
            notice.action?.run();
            dismiss(notice.id);
          }}
        >
          {notice.action.label}
        </button>
      )}
      <IconButton label="Dismiss" className="-m-1 size-6" onClick={() => dismiss(notice.id)}>
        <X aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}
