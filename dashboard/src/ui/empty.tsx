import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** Nothing to show, and why: first use, no match, no permission, or aged out. */
export function Empty({
  icon: Icon,
  title,
  children,
  action,
}: {
  icon: LucideIcon;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-1 rounded-lg border border-dashed border-line px-6 py-12 text-center">
      <span className="mb-2 inline-flex size-10 items-center justify-center rounded-full bg-neutral-tint text-neutral">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="text-base font-semibold">{title}</p>
      <p className="max-w-md text-sm text-balance text-neutral">{children}</p>
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
