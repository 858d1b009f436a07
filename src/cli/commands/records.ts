import type { Command } from "commander";
import type { Call, CallImported } from "#api";
import { type Client, type ClientOptions, createClient } from "../client.ts";
import { exitCodes, UsageError } from "../exit-codes.ts";
import { type Io, printOne, printRows } from "../io.ts";
import { outputOf } from "./server.ts";

const importBatch = 500;

/** Commands on a running server, through its API. */
export function addRecordCommands(program: Command, io: Io, end: (code: number) => void): void {
  const client = (command: Command): Client => createClient(io, command.optsWithGlobals<ClientOptions>());

  addConnections();
  addCalls();
  addTrace();

  function addConnections(): void {
    const connections = remote(program.command("connections").description("One tenant's accounts at providers"));
    remote(connections.command("list"))
      .description("List connections")
      .action(async (_options, command: Command) => {
        const rows = await client(command).list<Record<string, unknown>>("/v1/connections", 1_000);
        printRows(io, rows, ["id", "provider", "name", "status", "role", "last_success_at"], outputOf(command));
      });
    remote(connections.command("test <id>"))
      .description("Try a connection out, line by line")
      .option("--writes", "also create and delete a marked record at the provider", false)
      .action(async (id: string, { writes }: { writes: boolean }, command: Command) => {
        type Line = { ok?: boolean; label?: string; state?: string; detail?: string; action?: string | null };
        const { json } = outputOf(command);
        for await (const line of client(command).stream<Line>(`/v1/connections/${encodeURIComponent(id)}/test`, {
          writes,
        })) {
          if (json) io.out(JSON.stringify(line));
          else if (line.ok === undefined && line.state !== "running")
            io.out(
              `${marks[line.state ?? ""] ?? "?"} ${line.label}: ${line.detail}${line.action ? ` ${line.action}` : ""}`,
            );
          if (line.ok === false) end(exitCodes.failed);
        }
      });
  }

  function addCalls(): void {
    const calls = remote(program.command("calls").description("Finished calls"));
    remote(calls.command("list"))
      .description("List calls, newest first")
      .option("--limit <n>", "how many at most", "50")
      .option("--state <state>", "none, waiting, done, skipped or dead")
      .action(async ({ limit, state }: { limit: string; state?: string }, command: Command) => {
        const most = Number(limit);
        if (!Number.isInteger(most) || most < 1) throw new UsageError("--limit is a number from 1 on.");
        const path = `/v1/calls${state ? `?sync_state=${encodeURIComponent(state)}` : ""}`;
        const rows = await client(command).list<Call>(path, most);
        printRows(
          io,
          rows,
          ["id", "call_id", "customer_name", "call_outcome", "sync_state", "created_at"],
          outputOf(command),
        );
      });
    remote(calls.command("import [file]"))
      .description("Import historical calls from a JSON array or JSON lines; from the input stream without a file")
      .action(async (file: string | undefined, _options, command: Command) => {
        const { readFile } = await import("node:fs/promises");
        const rows = parseRows(file === undefined ? await io.readInput() : await readFile(file, "utf8"));
        const api = client(command);
        const totals = { accepted: 0, duplicates: 0, rejected: 0 };
        for (let at = 0; at < rows.length; at += importBatch) {
          const batch = rows.slice(at, at + importBatch);
          const done = await api.send<CallImported>("POST", "/v1/calls/import", { calls: batch });
          totals.accepted += done.accepted;
          totals.duplicates += done.duplicates;
          totals.rejected += done.rejected;
          for (const { status, call_id, detail } of done.results)
            if (status === "refused") io.say(`${call_id ?? "a call without id"}: ${detail}`);
          if (!outputOf(command).quiet) io.say(`${Math.min(at + importBatch, rows.length)}/${rows.length}`);
        }
        printOne(io, totals, outputOf(command));
        if (totals.rejected > 0) end(totals.accepted + totals.duplicates > 0 ? exitCodes.partial : exitCodes.failed);
      });
  }

  function addTrace(): void {
    remote(program.command("trace <query>"))
      .description("Where did it stop, and why: any id, phone, e-mail or CRM id")
      .action(async (query: string, _options, command: Command) => {
        const trace = await client(command).get<TraceAnswer>(`/v1/trace?q=${encodeURIComponent(query)}`);
        if (outputOf(command).json) io.out(JSON.stringify(trace));
        else for (const line of describeTrace(trace)) io.out(line);
        if (trace.calls.length + trace.messages.length === 0) end(exitCodes.notFound);
      });
  }
}

const marks: Record<string, string> = { passed: "✔", failed: "✖", skipped: "–" };

interface TraceAnswer {
  calls: (Traced & { call_id: string })[];
  messages: (Traced & { message_id: string })[];
  never_received?: { detail: string; curl: string };
}

interface Traced {
  customer_name: string | null;
  created_at: string;
  paths: {
    provider: string;
    state: string;
    stations: { station: string; state: string; detail: string; action?: string }[];
  }[];
}

const stationMarks: Record<string, string> = { done: "✔", stopped: "✖", waiting: "…", skipped: "–", not_reached: " " };

function describeTrace({ calls, messages, never_received }: TraceAnswer): string[] {
  if (calls.length + messages.length === 0)
    return [never_received?.detail ?? "Nothing found.", never_received?.curl ?? ""].filter(Boolean);
  return [
    ...calls.flatMap((call) => describeTraced(call.call_id, call)),
    ...messages.flatMap((message) => describeTraced(message.message_id, message)),
  ];
}

function describeTraced(id: string, { customer_name, created_at, paths }: Traced): string[] {
  return [
    `${id} · ${customer_name ?? "unknown caller"} · ${created_at}`,
    ...paths.flatMap(({ provider, state, stations }) => [
      `  ${provider}: ${state}`,
      ...stations.map(
        ({ station, state, detail, action }) =>
          `    ${stationMarks[state] ?? " "} ${station.padEnd(9)} ${detail}${action ? ` → ${action}` : ""}`,
      ),
    ]),
  ];
}

function remote(command: Command): Command {
  return command
    .option("--url <url>", "the server (TIELINE_URL)")
    .option("--tenant <tenant>", "the tenant's id or external_id, with a host key (TIELINE_TENANT)");
}

function parseRows(text: string): unknown[] {
  const trimmed = text.trim();
  try {
    if (trimmed.startsWith("[")) return JSON.parse(trimmed) as unknown[];
    return trimmed === "" ? [] : trimmed.split("\n").map((line) => JSON.parse(line) as unknown);
  } catch {
    throw new UsageError("The calls are neither a JSON array nor JSON lines.");
  }
}
