import { Ban, BookOpen, PencilLine, ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import type { Provider, SignIn } from "../data/types.ts";
import { preflight } from "../rules/capabilities.ts";
import { inks, type Tone } from "../ui/status.tsx";

/** What a connection reads, writes and never does, before anybody agrees to it. */
export function PreflightView({ provider, signIn }: { provider: Provider; signIn: SignIn }) {
  const { reads, writes, never } = preflight(provider.capabilities);
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-soft">{provider.summary}</p>
      {reads.length > 0 && <Group icon={BookOpen} tone="info" title="Reads" items={reads} />}
      {writes.length > 0 && <Group icon={PencilLine} tone="ok" title="Writes" items={writes} />}
      <Group icon={Ban} tone="neutral" title="Never" items={never} />
      {(signIn.required_scopes.length > 0 || signIn.optional_scopes.length > 0) && (
        <details className="rounded-lg border border-line">
          <summary className="flex min-h-10 items-center gap-2 px-3 text-sm font-medium">
            <ShieldCheck aria-hidden className="size-4 text-neutral" />
            {signIn.required_scopes.length + signIn.optional_scopes.length} permissions are asked for
          </summary>
          <ul className="flex flex-col gap-1 border-t border-line px-3 py-2">
            {signIn.required_scopes.map((scope) => (
              <Scope key={scope} scope={scope} note="needed" />
            ))}
            {signIn.optional_scopes.map((scope) => (
              <Scope key={scope} scope={scope} note="optional: you may leave it out" />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Scope({ scope, note }: { scope: string; note: string }) {
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-3">
      <code className="font-mono text-xs break-all">{scope}</code>
      <span className="text-xs text-neutral">{note}</span>
    </li>
  );
}

function Group({
  icon: Icon,
  tone,
  title,
  items,
}: {
  icon: typeof Ban;
  tone: Tone;
  title: string;
  items: ReactNode[];
}) {
  return (
    <section className="flex gap-3">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${inks[tone]}`} />
      <div className="min-w-0">
        <h3 className="text-sm font-semibold">{title}</h3>
        <ul className="mt-0.5 flex flex-col gap-0.5 text-sm text-soft">
          {items.map((item) => (
            <li key={String(item)}>{item}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}
