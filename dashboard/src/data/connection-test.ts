import { useCallback, useEffect, useRef, useState } from "react";
import { useApi } from "./api-context.tsx";
import { toProblem } from "./client.ts";
import type { Problem, TestLine, TestReport } from "./types.ts";

export interface RunningTest {
  state: "idle" | "running" | "finished" | "failed";
  lines: TestLine[];
  report: TestReport | null;
  problem: Problem | null;
}

const idle: RunningTest = { state: "idle", lines: [], report: null, problem: null };

/** The connection test, line by line as the server finds out. */
export function useConnectionTest(connectionId: string) {
  const api = useApi();
  const [test, setTest] = useState<RunningTest>(idle);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = useCallback(
    async (writes: boolean) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      setTest({ ...idle, state: "running" });
      try {
        const path = `/v1/connections/${connectionId}/test`;
        for await (const line of api.lines(path, { writes }, { signal: controller.signal })) {
          if (isReport(line)) setTest({ state: "finished", lines: line.lines, report: line, problem: null });
          else setTest((now) => ({ ...now, lines: withLine(now.lines, line as TestLine) }));
        }
      } catch (error) {
        if (controller.signal.aborted) return;
        setTest((now) => ({ ...now, state: "failed", problem: toProblem(error) }));
      }
    },
    [api, connectionId],
  );
  return { test, start };
}

function isReport(line: unknown): line is TestReport {
  return typeof line === "object" && line !== null && "lines" in line;
}

function withLine(lines: TestLine[], line: TestLine): TestLine[] {
  return lines.some(({ id }) => id === line.id)
    ? lines.map((known) => (known.id === line.id ? line : known))
    : [...lines, line];
}
