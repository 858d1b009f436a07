import { RefreshCw } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { toProblem } from "../data/client.ts";
import type { Problem } from "../data/types.ts";
import { Banner } from "./banner.tsx";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy.tsx";
import { Time } from "./time.tsx";

/** A part of a page that comes over the network: what it holds, or why it does not. */
export interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  isPlaceholderData?: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

/** Shows a part in each of its states: nothing yet, a skeleton of the same size, an error of its own, old data, data. */
export function Region<T>({
  of,
  what,
  stillWorks,
  skeleton,
  children,
}: {
  of: Loaded<T>;
  /** "the calls", as in "… cannot be shown". */
  what: string;
  /** What goes on in spite of a failure here. */
  stillWorks?: string;
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
}) {
  const held = useHeldSkeleton(of.isPending);
  if (of.isPending || held)
    return (
      <div aria-busy="true" className="late">
        <span className="sr-only">Loading {what}</span>
        {skeleton}
      </div>
    );
  if (of.data === undefined)
    return <ProblemBox problem={toProblem(of.error)} what={what} stillWorks={stillWorks} onRetry={of.refetch} />;
  return (
    <div
      className={of.isPlaceholderData ? "opacity-60 transition-opacity" : undefined}
      aria-busy={of.isPlaceholderData}
    >
      {of.error ? <StaleBanner problem={toProblem(of.error)} since={of.dataUpdatedAt} onRetry={of.refetch} /> : null}
      {children(of.data)}
    </div>
  );
}

// The skeleton itself waits 150 ms (styles.css); once it has shown, it stays 300 ms so that it does not flash.
function useHeldSkeleton(pending: boolean): boolean {
  const since = useRef<number | null>(pending ? Date.now() : null);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (pending) {
      since.current ??= Date.now();
      return;
    }
    const waited = since.current === null ? 0 : Date.now() - since.current;
    since.current = null;
    if (waited < 150 || waited > 450) return;
    setHeld(true);
    const timer = setTimeout(() => setHeld(false), 450 - waited);
    return () => clearTimeout(timer);
  }, [pending]);
  return held;
}

export function ProblemBox({
  problem,
  what,
  stillWorks = "The rest of this page still works.",
  onRetry,
}: {
  problem: Problem;
  what: string;
  stillWorks?: string | undefined;
  onRetry?: () => unknown;
}) {
  return (
    <Banner
      tone="error"
      live
      title={`${what.charAt(0).toUpperCase()}${what.slice(1)} cannot be shown: ${lowerFirst(problem.title)}`}
      actions={
        onRetry && (
          <Button onClick={() => onRetry()}>
            <RefreshCw aria-hidden className="size-4" />
            Retry
          </Button>
        )
      }
    >
      <p className="mt-0.5 text-soft">
        {problem.detail !== problem.title && `${problem.detail} `}
        {problem.action} {stillWorks}
      </p>
      <ProblemReference problem={problem} />
    </Banner>
  );
}

/** The code, its page, and the id to quote. */
export function ProblemReference({ problem }: { problem: Problem }) {
  return (
    <p className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-soft">
      {problem.type.startsWith("http") || problem.type.startsWith("/") ? (
        <a href={problem.type} className="inline-flex min-h-6 items-center font-mono underline underline-offset-2">
          {problem.code}
        </a>
      ) : (
        <code className="font-mono">{problem.code}</code>
      )}
      {problem.request_id && (
        <span className="inline-flex items-center gap-1">
          request <code className="font-mono">{problem.request_id}</code>
          <CopyButton text={problem.request_id} what="request id" />
        </span>
      )}
    </p>
  );
}

function StaleBanner({ problem, since, onRetry }: { problem: Problem; since: number; onRetry: () => unknown }) {
  return (
    <div className="mb-3">
      <Banner tone="warn" actions={<Button onClick={() => onRetry()}>Retry</Button>}>
        <p>
          Data from <Time at={new Date(since).toISOString()} />: refreshing fails because {lowerFirst(problem.title)} It
          is tried again by itself.
        </p>
      </Banner>
    </div>
  );
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
