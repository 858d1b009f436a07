import { LoaderCircle } from "lucide-react";
import type { TestLine, TestReport } from "../data/types.ts";
import { duration } from "../rules/instants.ts";
import { CopyButton } from "../ui/copy.tsx";
import { inks, StatusText, testLooks } from "../ui/status.tsx";

/** The connection test: each line with what was seen, how long it took, and what to do when it failed. */
export function TestChecklist({
  lines,
  report,
  title,
}: {
  lines: TestLine[];
  report: TestReport | null;
  title: string;
}) {
  return (
    <div className="flex flex-col gap-3">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-2" role="status">
        {report ? (
          <>
            <p className="text-sm font-medium">
              {report.ok ? "Everything works" : failedWords(report.lines)}
              <span className="numbers ms-2 font-normal text-neutral">{duration(report.duration_ms)}</span>
            </p>
            <CopyButton text={reportText(title, report)} what="the report" label="Copy report" />
          </>
        ) : (
          <p className="flex items-center gap-2 text-sm text-neutral">
            <LoaderCircle aria-hidden className="size-4 animate-spin" />
            Testing, line by line …
          </p>
        )}
      </div>
      <ol className="overflow-hidden rounded-lg border border-line">
        {lines.map((line) => (
          <TestRow key={line.id} line={line} />
        ))}
      </ol>
    </div>
  );
}

function TestRow({ line }: { line: TestLine }) {
  const look = testLooks[line.state];
  const Icon = look.icon;
  return (
    <li className="flex items-start gap-2.5 border-b border-line px-3 py-2 text-sm last:border-0">
      <Icon
        aria-hidden
        className={`mt-0.5 size-4 shrink-0 ${inks[look.tone]} ${line.state === "running" ? "animate-spin" : ""}`}
      />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{line.label}</p>
        {line.detail && <p className="break-words text-neutral">{line.detail}</p>}
        {line.action && <p className="break-words text-ink">{line.action}</p>}
      </div>
      <div className="flex shrink-0 flex-col items-end">
        <StatusText look={{ ...look, icon: Nothing }} />
        {line.duration_ms !== null && (
          <span className="numbers text-xs text-neutral">{duration(line.duration_ms)}</span>
        )}
      </div>
    </li>
  );
}

// The icon stands at the start of the row already.
const Nothing = (() => null) as unknown as typeof LoaderCircle;

function failedWords(lines: TestLine[]): string {
  const failed = lines.filter(({ state }) => state === "failed").length;
  return failed === 1 ? "One check failed" : `${failed} checks failed`;
}

/** The report as text, for a ticket or a chat. */
function reportText(title: string, report: TestReport): string {
  const rows = report.lines.map(
    ({ label, state, duration_ms, detail, code, action }) =>
      `[${state}] ${label}${duration_ms === null ? "" : ` (${duration_ms} ms)`}: ${[detail, code, action].filter(Boolean).join(" · ")}`,
  );
  return [`${title}: ${report.ok ? "passed" : "failed"}, ${report.started_at}`, ...rows].join("\n");
}
