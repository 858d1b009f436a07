import { useState } from "react";
import { useCreateApiKey } from "../../data/api-keys.ts";
import { toProblem } from "../../data/client.ts";
import type { ApiKeyCreated, Scope } from "../../data/types.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Field, inputClass, Select } from "../../ui/field.tsx";
import { ProblemReference } from "../../ui/region.tsx";
import { Sheet } from "../../ui/sheet.tsx";

interface Preset {
  name: string;
  about: string;
  scopes: Scope[];
}

const presets: Preset[] = [
  {
    name: "Send calls",
    about: "Posts finished calls and reads what became of them.",
    scopes: ["calls:write", "calls:read"],
  },
  { name: "Read only", about: "Sees everything of this tenant, changes nothing.", scopes: ["read"] },
  {
    name: "Operate",
    about: "Connects accounts, retries calls, replays webhooks.",
    scopes: ["read", "agents:write", "connections:write", "calls:write", "inbound:write"],
  },
  { name: "Everything", about: "All of it, keys included.", scopes: ["admin"] },
];
const lifetimes = [
  { value: "", label: "Never" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
];

export function NewKeySheet({ onClose, onIssued }: { onClose: () => void; onIssued: (key: ApiKeyCreated) => void }) {
  const create = useCreateApiKey();
  const [name, setName] = useState("");
  const [preset, setPreset] = useState(0);
  const [days, setDays] = useState("");
  const [error, setError] = useState<string | undefined>();
  const problem = create.error ? toProblem(create.error) : null;
  const submit = () => {
    const trimmed = name.trim();
    setError(trimmed ? undefined : "Say what uses it, so that it can be recognised later.");
    if (!trimmed) return;
    create.mutate(
      {
        name: trimmed,
        scopes: presets[preset]?.scopes ?? ["read"],
        for: "tenant",
        ...(days ? { expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString() } : {}),
      },
      { onSuccess: onIssued },
    );
  };
  return (
    <Sheet open onClose={onClose} title="Issue an API key" about="It belongs to this tenant and is shown once.">
      <form
        noValidate
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="Name" hint="What uses it: “Call server, production”." error={error}>
          {(wiring) => (
            <input {...wiring} className={inputClass} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-sm font-medium">What it may do</legend>
          {presets.map(({ name: word, about, scopes }, at) => (
            <label key={word} className="flex items-start gap-2.5 text-sm">
              <input
                type="radio"
                name="preset"
                className="mt-0.5 size-4 accent-accent-fill"
                checked={preset === at}
                onChange={() => setPreset(at)}
              />
              <span>
                <span className="block font-medium">{word}</span>
                <span className="block text-neutral">{about}</span>
                <code className="block font-mono text-xs text-neutral">{scopes.join(", ")}</code>
              </span>
            </label>
          ))}
        </fieldset>
        <Field label="Expires">
          {(wiring) => (
            <Select
              {...wiring}
              tall
              className="w-full"
              value={days}
              onChange={(event) => setDays(event.target.value)}
              options={lifetimes}
            />
          )}
        </Field>
        {problem && (
          <Banner tone="error" live title={problem.title}>
            <p>
              {problem.detail} {problem.action}
            </p>
            <ProblemReference problem={problem} />
          </Banner>
        )}
        <Button type="submit" look="primary" className="self-end" busy={create.isPending}>
          Issue key
        </Button>
      </form>
    </Sheet>
  );
}
