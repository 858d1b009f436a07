import type { ComponentProps, ReactNode } from "react";

const shape =
  "touch inline-flex items-center justify-center gap-1.5 rounded-md px-3 h-8 text-sm font-medium whitespace-nowrap transition-colors select-none disabled:opacity-60";

const looks = {
  primary: "bg-accent-fill text-white hover:bg-accent-fill-hover shadow-lift",
  secondary: "border border-control bg-raised text-ink hover:bg-hover",
  quiet: "text-soft hover:bg-hover hover:text-ink",
  danger: "border border-control bg-raised text-error hover:bg-error-tint",
} as const;
export type ButtonLook = keyof typeof looks;

/** The classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = "secondary", extra = ""): string {
  return `${shape} ${looks[look]} ${extra}`;
}

export function Button({
  look = "secondary",
  busy = false,
  className = "",
  type = "button",
  children,
  ...rest
}: ComponentProps<"button"> & { look?: ButtonLook; busy?: boolean }) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={busy || undefined}
      disabled={rest.disabled || busy}
      className={buttonClass(look, className)}
    >
      {children}
    </button>
  );
}

/** A button that shows only an icon; the label is what it says. */
export function IconButton({
  label,
  className = "",
  children,
  ...rest
}: ComponentProps<"button"> & { label: string; children: ReactNode }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={`touch inline-flex size-8 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink ${className}`}
    >
      {children}
    </button>
  );
}
