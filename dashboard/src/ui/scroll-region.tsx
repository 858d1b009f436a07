import type { ReactNode } from "react";

/** A part that scrolls by itself: named, and reachable by keyboard, since nothing in it may take the focus. */
export function ScrollRegion({
  label,
  className,
  children,
}: {
  label: string;
  className: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, a keyboard cannot scroll here
    <section tabIndex={0} aria-label={label} className={className}>
      {children}
    </section>
  );
}
