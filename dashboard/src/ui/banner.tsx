import { CircleAlert, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { inks, type Tone } from "./status.tsx";

const icons: Record<Tone, LucideIcon> = {
  ok: Info,
  info: Info,
  neutral: Info,
  warn: TriangleAlert,
  error: CircleAlert,
};
const frames: Record<Tone, string> = {
  ok: "border-ok/30 bg-ok-tint",
  info: "border-info/30 bg-info-tint",
  neutral: "border-line bg-neutral-tint",
  warn: "border-warn/30 bg-warn-tint",
  error: "border-error/30 bg-error-tint",
};

/** Cause, consequence, and the one thing to do. */
export function Banner({
  tone,
  title,
  children,
  actions,
  live,
}: {
  tone: Tone;
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
  live?: boolean;
}) {
  const Icon = icons[tone];
  return (
    <div
      role={live ? "alert" : undefined}
      className={`flex flex-wrap items-start gap-x-4 gap-y-2 rounded-lg border px-4 py-3 ${frames[tone]}`}
    >
      <div className="flex min-w-0 flex-[1_1_16rem] gap-2.5">
        <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${inks[tone]}`} />
        <div className="min-w-0 text-sm break-words text-ink">
          {title && <p className="font-semibold">{title}</p>}
          {children}
        </div>
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}
