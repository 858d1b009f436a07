import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { say } from "./announce.tsx";

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, what, label }: { text: string; what: string; label?: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2_000);
    return () => clearTimeout(timer);
  }, [done]);
  const Icon = done ? Check : Copy;
  return (
    <button
      type="button"
      aria-label={label ? undefined : `Copy ${what}`}
      title={`Copy ${what}`}
      className={`touch relative z-10 inline-flex h-6 min-w-6 shrink-0 items-center justify-center gap-1 rounded text-neutral hover:bg-hover hover:text-ink ${label ? "px-2 text-xs font-medium" : ""}`}
      onClick={async () => {
        await writeClipboard(text);
        setDone(true);
        say(`Copied ${what}.`);
      }}
    >
      <Icon aria-hidden className={`size-3.5 ${done ? "text-ok" : ""}`} />
      {label}
    </button>
  );
}

/** An id: monospaced, shortened in the middle where it must be, copied whole. */
export function Id({ id, short = false }: { id: string; short?: boolean }) {
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-0.5">
      <code title={id} className="truncate font-mono text-xs text-soft">
        {short ? shortId(id) : id}
      </code>
      <CopyButton text={id} what={`id ${id}`} />
    </span>
  );
}

/** `cal_01jq…kqnr`: enough to recognise it by. */
export function shortId(id: string): string {
  return id.length > 18 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}

// The clipboard interface is missing on plain http beyond localhost.
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text).catch(() => {});
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
