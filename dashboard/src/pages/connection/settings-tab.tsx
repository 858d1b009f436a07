import { useEffect, useId, useState } from "react";
import { toProblem } from "../../data/client.ts";
import { useUpdateConnection } from "../../data/connections.ts";
import type { Connection, Problem, Provider } from "../../data/types.ts";
import { GeneratedFields } from "../../features/generated-form.tsx";
import { changedValues, errorsByField, type FieldErrors, initialValues, readForm } from "../../rules/form-values.ts";
import { notify } from "../../ui/announce.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Field, inputClass, Select } from "../../ui/field.tsx";
import { Panel } from "../../ui/parts.tsx";
import { ProblemReference } from "../../ui/region.tsx";

export function SettingsTab({
  connection,
  etag,
  provider,
}: {
  connection: Connection;
  etag: string | null;
  provider: Provider | null;
}) {
  // The form starts from one version and keeps it: what others change meanwhile shows as a refusal, not as a lost edit.
  const [base, setBase] = useState({ connection, etag });
  if (!provider) return null;
  return (
    <SettingsForm
      key={base.etag}
      connection={base.connection}
      etag={base.etag}
      provider={provider}
      isStale={etag !== base.etag}
      onReload={() => setBase({ connection, etag })}
    />
  );
}

function SettingsForm({
  connection,
  etag,
  provider,
  isStale,
  onReload,
}: {
  connection: Connection;
  etag: string | null;
  provider: Provider;
  /** The stored version is another one than the one this form began with. */
  isStale: boolean;
  onReload: () => void;
}) {
  const fields = provider.settings_fields;
  const [name, setName] = useState(connection.name ?? "");
  const [role, setRole] = useState<Connection["role"]>(connection.role);
  const [typed, setTyped] = useState(() => initialValues(fields, connection.settings));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [saved, setSaved] = useState(false);
  const update = useUpdateConnection(connection.id);
  const formId = useId();

  // Our own save arrives as a new version a moment later.
  useEffect(() => {
    if (saved && isStale) onReload();
  }, [saved, isStale, onReload]);

  const save = () => {
    const read = readForm(fields, typed);
    setErrors(read.errors);
    setProblem(null);
    if (Object.keys(read.errors).length > 0) {
      requestAnimationFrame(() =>
        document.getElementById(formId)?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(),
      );
      return;
    }
    const settings = changedValues(read.values, withDefaults(provider, connection.settings));
    update.mutate(
      { changes: { name: name.trim() || null, role, settings }, etag },
      {
        onSuccess: () => {
          setSaved(true);
          notify("Settings are saved. They count from the next call on.");
        },
        onError: (error) => {
          const failure = toProblem(error);
          const found = errorsByField(
            failure,
            fields.map((field) => field.name),
          );
          setErrors(found.fields);
          setProblem(Object.keys(found.fields).length > 0 ? null : failure);
        },
      },
    );
  };

  return (
    <Panel title="Settings">
      <form
        id={formId}
        noValidate
        className="flex max-w-2xl flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {isStale && !saved && (
          <Banner
            tone="warn"
            title="Somebody else changed these settings"
            actions={<Button onClick={onReload}>Load their version</Button>}
          >
            <p>What you typed is kept until you load theirs; saving now is refused.</p>
          </Banner>
        )}
        <Field label="Name" hint="Shown in place of the account's own name." required={false}>
          {(wiring) => (
            <input {...wiring} className={inputClass} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field label="What it does" hint="Limit it where two connections would otherwise do the same thing twice.">
          {(wiring) => (
            <Select
              {...wiring}
              tall
              className="w-full"
              value={role}
              onChange={(event) => setRole(event.target.value as Connection["role"])}
              options={[
                { value: "everything", label: "Everything it can do" },
                { value: "appointments_only", label: "Appointments only" },
                { value: "workflows_only", label: "Workflows only" },
              ]}
            />
          )}
        </Field>
        <GeneratedFields
          fields={fields}
          values={typed}
          errors={errors}
          onChange={(field, value) => setTyped((now) => ({ ...now, [field]: value }))}
        />
        {problem && (
          <Banner tone="error" live title={problem.title}>
            <p>
              {problem.detail} {problem.action}
            </p>
            <ProblemReference problem={problem} />
          </Banner>
        )}
        <Button type="submit" look="primary" className="self-start" busy={update.isPending}>
          Save settings
        </Button>
      </form>
    </Panel>
  );
}

function withDefaults(provider: Provider, settings: Record<string, unknown>): Record<string, unknown> {
  const defaults = provider.settings_fields.map((field) => [field.name, field.default ?? null]);
  return { ...Object.fromEntries(defaults), ...settings };
}
