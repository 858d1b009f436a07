import { ChevronDown, CircleAlert } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";

const control =
  "w-full rounded-md border border-control bg-raised px-2.5 text-sm text-ink aria-invalid:border-error disabled:opacity-60";

export const inputClass = `${control} touch h-9`;
export const areaClass = `${control} py-2 font-mono leading-5`;

/** A label, its control, where to find the value, and what is wrong with it. */
export function Field({
  label,
  hint,
  error,
  required = true,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  required?: boolean;
  children: (wiring: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {!required && <span className="ms-1 font-normal text-neutral">(optional)</span>}
      </label>
      {children({
        id,
        ...(describedBy ? { "aria-describedby": describedBy } : {}),
        ...(error ? { "aria-invalid": true as const } : {}),
      })}
      {error && (
        <p id={`${id}-error`} className="flex items-start gap-1.5 text-sm text-error">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-neutral">
          {hint}
        </p>
      )}
    </div>
  );
}

/** A native select: works with every keyboard, reader and phone. */
export function Select({
  options,
  className = "",
  tall = false,
  ...rest
}: ComponentProps<"select"> & {
  options: { value: string; label: string }[];
  /** As tall as the inputs of a form. */
  tall?: boolean;
}) {
  return (
    <span className={`relative inline-flex min-w-0 ${className}`}>
      <select {...rest} className={`${control} touch ${tall ? "h-9" : "h-8"} min-w-0 appearance-none truncate pe-8`}>
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute end-2 top-1/2 size-4 -translate-y-1/2 text-neutral"
      />
    </span>
  );
}
