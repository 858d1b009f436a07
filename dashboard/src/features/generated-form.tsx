import type { FormField } from "../data/types.ts";
import type { FieldErrors, FormValues } from "../rules/form-values.ts";
import { conditionRows, mappingRows } from "../rules/setting-rows.ts";
import { areaClass, Field, inputClass, Select } from "../ui/field.tsx";
import { ConditionsEditor, MappingEditor } from "./setting-rows.tsx";

/** The controls of a form that a provider describes: credentials or settings. */
export function GeneratedFields({
  fields,
  values,
  errors,
  onChange,
}: {
  fields: FormField[];
  values: FormValues;
  errors: FieldErrors;
  onChange: (name: string, value: string | boolean) => void;
}) {
  return fields.map((field) => {
    const value = values[field.name];
    const change = (next: string | boolean) => onChange(field.name, next);
    if (field.type === "boolean")
      return <Switch key={field.name} field={field} on={value === true} onChange={change} />;
    const text = String(value ?? "");
    const error = errors[field.name];
    const editor = { label: field.label, hint: field.hint, error, json: text, onChange: change };
    // Two settings that every CRM has are shown as rows; what rows cannot show stays JSON.
    if (field.name === "field_mappings" && mappingRows(text))
      return (
        <MappingEditor
          key={field.name}
          {...editor}
          hint="Which field of a call goes into which field of the provider."
        />
      );
    if (field.name === "sync_conditions" && conditionRows(text))
      return <ConditionsEditor key={field.name} {...editor} />;
    return (
      <Field
        key={field.name}
        label={field.label}
        hint={field.type === "list" ? `${field.hint} One per line.` : field.hint}
        error={error}
        required={field.required}
      >
        {(wiring) => <Control field={field} wiring={wiring} value={text} onChange={change} />}
      </Field>
    );
  });
}

function Control({
  field,
  wiring,
  value,
  onChange,
}: {
  field: FormField;
  wiring: { id: string };
  value: string;
  onChange: (value: string) => void;
}) {
  const placeholder =
    typeof field.default === "string" || typeof field.default === "number" ? String(field.default) : undefined;
  switch (field.type) {
    case "select":
      return (
        <Select
          {...wiring}
          name={field.name}
          tall
          className="w-full"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          options={[
            ...(field.required && value ? [] : [{ value: "", label: field.required ? "Choose one" : "Default" }]),
            ...(field.options ?? []).map((option) => ({ value: option, label: option.replaceAll("_", " ") })),
          ]}
        />
      );
    case "json":
    case "list":
      return (
        <textarea
          {...wiring}
          name={field.name}
          rows={field.type === "json" ? 5 : 3}
          spellCheck={false}
          className={areaClass}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    default:
      return (
        <input
          {...wiring}
          name={field.name}
          // "new-password": managers must not fill in the person's own password for an API key.
          type={field.type === "secret" ? "password" : "text"}
          inputMode={field.type === "number" ? "decimal" : field.type === "url" ? "url" : undefined}
          autoComplete={field.type === "secret" ? "new-password" : "off"}
          spellCheck={false}
          placeholder={placeholder}
          className={inputClass}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          // Pasted values often bring a space or a line end along.
          onBlur={(event) => onChange(event.target.value.trim())}
        />
      );
  }
}

function Switch({ field, on, onChange }: { field: FormField; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="flex items-start gap-2.5 text-sm">
      <input
        type="checkbox"
        name={field.name}
        className="mt-0.5 size-4 accent-accent-fill"
        checked={on}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        <span className="block font-medium">{field.label}</span>
        <span className="block text-xs text-neutral">{field.hint}</span>
      </span>
    </label>
  );
}
