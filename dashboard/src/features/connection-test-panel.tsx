import { FlaskConical } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useConnectionTest } from "../data/connection-test.ts";
import type { Connection } from "../data/types.ts";
import { Button } from "../ui/button.tsx";
import { ProblemBox } from "../ui/region.tsx";
import { TestChecklist } from "./test-checklist.tsx";

/** The test of one connection; `auto` starts it by itself, once. */
export function ConnectionTestPanel({
  connection,
  auto = false,
  writeChecks = [],
}: {
  connection: Connection;
  auto?: boolean;
  /** What the checks that write are called; they run only when asked for. */
  writeChecks?: string[];
}) {
  const { test, start } = useConnectionTest(connection.id);
  const [writes, setWrites] = useState(false);
  const started = useRef(false);
  useEffect(() => {
    if (!auto || started.current) return;
    started.current = true;
    start(false);
  }, [auto, start]);

  return (
    <div className="flex flex-col gap-3">
      {test.state === "idle" && (
        <p className="text-sm text-neutral">
          Signs in, checks each permission and reads one record. Nothing is written
          {writeChecks.length > 0 ? " unless you ask for it" : ""}.
        </p>
      )}
      {test.problem && (
        <ProblemBox problem={test.problem} what="the test" stillWorks="" onRetry={() => start(writes)} />
      )}
      {(test.state === "running" || test.report) && (
        <TestChecklist
          lines={test.lines}
          report={test.report}
          title={`Test of ${connection.provider_name} ${connection.id}`}
        />
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button busy={test.state === "running"} onClick={() => start(writes)}>
          <FlaskConical aria-hidden className="size-4" />
          {test.state === "idle" ? "Test connection" : "Test again"}
        </Button>
        {writeChecks.length > 0 && (
          <label className="inline-flex min-h-6 items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="size-4 accent-accent-fill"
              checked={writes}
              onChange={(event) => setWrites(event.target.checked)}
            />
            {`Also: ${writeChecks.join(", ").toLowerCase()}`}
          </label>
        )}
      </div>
    </div>
  );
}
