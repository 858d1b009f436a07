import { Plus, Trash2 } from "lucide-react";
import { useId, useState } from "react";
import {
  type Conditions,
  conditionJson,
  conditionRows,
  mappingJson,
  mappingRows,
  type Row,
} from "../rules/setting-rows.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { inputClass } from "../ui/field.tsx";

interface EditorProps {
  label: string;
  hint: string;
  error: string | undefined;
  /** The setting as JSON text, which is also what is sent. */
  json: string;
  onChange: (json: string) => void;
}

const callFields = [
  "customer_name",
  "customer_phone",
  "customer_email",
  "call_outcome",
  "call_summary",
  "call_sentiment",
  "duration_seconds",
  "recording_url",
];

/** Which call field goes into which field of the provider. */
export function MappingEditor({ json, onChange, ...frame }: EditorProps) {
  const [rows, setRows] = useState<Row[]>(() => mappingRows(json) ?? []);
  return (
    <Frame {...frame}>
      <Rows
        rows={rows}
        names={{ left: "Call field", sign: "→", right: "Provider field", add: "Add field" }}
        onChange={(next) => {
          setRows(next);
          onChange(mappingJson(next));
        }}
      />
    </Frame>
  );
}

/** Which calls are written: only these values, and only calls of this length. */
export function ConditionsEditor({ json, onChange, ...frame }: EditorProps) {
  const [conditions, setConditions] = useState<Conditions>(() => conditionRows(json) ?? { minSeconds: "", rows: [] });
  const id = useId();
  const change = (next: Conditions) => {
    setConditions(next);
    onChange(conditionJson(next));
  };
  return (
    <Frame {...frame}>
      <Rows
        rows={conditions.rows}
        names={{ left: "Call field", sign: "is", right: "Is one of, separated by commas", add: "Add condition" }}
        onChange={(rows) => change({ ...conditions, rows })}
      />
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <label htmlFor={id}>Only calls of at least</label>
        <input
          id={id}
          type="number"
          min={0}
          step={1}
          className={`${inputClass} numbers max-w-24`}
          value={conditions.minSeconds}
          onChange={(event) => change({ ...conditions, minSeconds: event.target.value })}
        />
        seconds
      </div>
    </Frame>
  );
}

function Frame({
  label,
  hint,
  error,
  children,
}: Pick<EditorProps, "label" | "hint" | "error"> & { children: React.ReactNode }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="text-sm font-medium">{label}</legend>
      <p className="text-xs text-neutral">{hint}</p>
      {error && <p className="text-sm text-error">{error}</p>}
      {children}
    </fieldset>
  );
}

function Rows({
  rows,
  names,
  onChange,
}: {
  rows: Row[];
  names: { left: string; sign: string; right: string; add: string };
  onChange: (rows: Row[]) => void;
}) {
  const list = useId();
  const edit = (at: number, patch: Partial<Row>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...patch } : row)));
  return (
    <>
      <datalist id={list}>
        {callFields.map((field) => (
          <option key={field} value={field} />
        ))}
      </datalist>
      {rows.map((row, at) => (
        // Rows have no identity of their own: they are what stands at this place.
        <div key={at} className="flex items-center gap-2">
          <input
            aria-label={`${names.left}, row ${at + 1}`}
            placeholder={names.left}
            list={list}
            spellCheck={false}
            className={`${inputClass} min-w-0 font-mono`}
            value={row.left}
            onChange={(event) => edit(at, { left: event.target.value })}
          />
          <span aria-hidden className="text-neutral">
            {names.sign}
          </span>
          <input
            aria-label={`${names.right}, row ${at + 1}`}
            placeholder={names.right}
            spellCheck={false}
            className={`${inputClass} min-w-0 font-mono`}
            value={row.right}
            onChange={(event) => edit(at, { right: event.target.value })}
          />
          <IconButton label={`Remove row ${at + 1}`} onClick={() => onChange(rows.filter((_, index) => index !== at))}>
            <Trash2 aria-hidden className="size-4" />
          </IconButton>
        </div>
      ))}
      <Button className="self-start" onClick={() => onChange([...rows, { left: "", right: "" }])}>
        <Plus aria-hidden className="size-4" />
        {names.add}
      </Button>
    </>
  );
}
