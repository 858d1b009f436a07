import { Search } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Select } from "./field.tsx";

export function FilterBar({ children }: { children: ReactNode }) {
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2" aria-label="Filters">
      {children}
    </search>
  );
}

/** Free text; asks the server when the typing pauses. `/` brings the focus here. */
export function FilterText({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  const send = useRef(onChange);
  send.current = onChange;
  // The address changed by something else: Back, or "Clear filters".
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    const text = typed.trim();
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      send.current(text);
    }, 250);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <span className="relative min-w-0 max-sm:basis-full">
      <Search
        aria-hidden
        className="pointer-events-none absolute start-2.5 top-1/2 size-4 -translate-y-1/2 text-neutral"
      />
      <input
        type="search"
        data-filter
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={placeholder}
        className="touch h-8 w-60 rounded-md border border-control bg-raised ps-8 pe-2 text-sm max-sm:w-full"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
    </span>
  );
}

export function FilterSelect({
  label,
  any,
  value,
  options,
  onChange,
}: {
  label: string;
  any: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}) {
  return (
    <Select
      aria-label={label}
      className={`max-w-48 ${value ? "font-medium [&>select]:border-accent" : ""}`}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value)}
      options={[{ value: "", label: any }, ...options]}
    />
  );
}
