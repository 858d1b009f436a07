import type { ReactNode } from "react";

/** Two letters in place of a provider's mark. */
export function Monogram({ text, small = false }: { text: string; small?: boolean }) {
  return (
    <span
      aria-hidden
      className={`inline-flex shrink-0 items-center justify-center rounded-lg bg-accent-tint font-semibold text-accent ${small ? "size-6 text-[0.625rem]" : "size-10 text-sm"}`}
    >
      {text}
    </span>
  );
}

export function Chip({ children }: { children: ReactNode }) {
  return (
    <span className="inline-flex h-5 items-center rounded border border-line bg-sunken px-1.5 text-xs text-soft">
      {children}
    </span>
  );
}

export function Panel({
  title,
  aside,
  children,
  flush = false,
}: {
  title?: string;
  aside?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <section className="min-w-0 rounded-xl border border-line bg-raised shadow-lift">
      {title && (
        <div className="flex min-h-12 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2">
          <h2 className="text-base font-semibold">{title}</h2>
          {aside}
        </div>
      )}
      <div className={flush ? "" : "p-4"}>{children}</div>
    </section>
  );
}

export interface Fact {
  name: string;
  value: ReactNode;
}

/** Names and values, one under the other; two columns where there is room. */
export function Facts({ facts, columns = 2 }: { facts: Fact[]; columns?: 1 | 2 }) {
  return (
    <dl className={`grid gap-x-8 gap-y-3 text-sm ${columns === 2 ? "sm:grid-cols-2" : ""}`}>
      {facts.map(({ name, value }) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-neutral">{name}</dt>
          <dd className="mt-0.5 min-w-0 break-words text-ink">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function PageHead({
  title,
  about,
  lead,
  actions,
}: {
  title: ReactNode;
  about?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="mb-5 flex flex-wrap items-start justify-between gap-3">
      <div className="flex min-w-0 items-center gap-3">
        {lead}
        <div className="min-w-0">
          <h1 className="text-xl font-semibold tracking-tight break-words">{title}</h1>
          {about && <div className="mt-0.5 text-sm text-neutral">{about}</div>}
        </div>
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}

/** Rows of bars with the size that the real ones will have. */
export function SkeletonRows({ rows = 8, height = 45 }: { rows?: number; height?: number }) {
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-raised">
      <div className="skeleton h-9 rounded-none max-md:hidden" />
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex items-center gap-4 border-b border-line px-4 last:border-0" style={{ height }}>
          <div className="skeleton h-3 w-1/4" />
          <div className="skeleton h-3 w-1/6" />
          <div className="skeleton ms-auto h-3 w-20" />
        </div>
      ))}
    </div>
  );
}

export function SkeletonBlock({ height }: { height: number }) {
  return <div className="skeleton w-full rounded-xl" style={{ height }} />;
}
