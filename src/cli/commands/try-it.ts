import path from "node:path";
import type { Command } from "commander";
import { exitCodes, UsageError } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import { outputOf } from "./server.ts";

/** The commands that need no account anywhere. */
export function addTryCommands(program: Command, io: Io, end: (code: number) => void): void {
  program
    .command("simulators")
    .description("Start local look-alikes of the providers")
    .option("--port <port>", "the first one's port; the others follow; free ports without it")
    .option("--host <host>", "where they listen")
    .action(async ({ port, host }: { port?: string; host?: string }, command: Command) => {
      const firstPort = port === undefined ? 0 : Number(port);
      if (!Number.isInteger(firstPort) || firstPort < 0 || firstPort > 65_000)
        throw new UsageError("--port is a port number.");
      const { createSimulators } = await import("#simulators");
      const simulators = createSimulators();
      const urls = await simulators.startAll({ firstPort, ...(host !== undefined && { host }) });
      if (outputOf(command).json) io.out(JSON.stringify(urls));
      else for (const [id, url] of Object.entries(urls)) io.out(`${id.padEnd(10)} ${url}  page ${url}/_simulator`);
      io.say("Ctrl-C stops them.");
      await untilSignal();
      await simulators.stopAll();
    });

  program
    .command("demo")
    .description("Start the product with simulators beside it and send one call through")
    .option("--once", "stop when the call has arrived", false)
    .option("--port <port>", "where the product listens; a free port without it", "0")
    .action(async ({ once, port }: { once: boolean; port: string }, command: Command) => {
      const { json } = outputOf(command);
      const { runDemo } = await import("../demo/demo.ts");
      const folder = path.join(io.environment.TIELINE_DATA_DIR ?? ".tieline", "demo");
      const startedAt = performance.now();
      const demo = await runDemo({
        folder,
        port: Number(port),
        say: (step) => io.say(`${String(Math.round(performance.now() - startedAt)).padStart(6)} ms  ${step}`),
      });
      if (json) io.out(JSON.stringify(demo.report));
      if (!once) {
        for (const [name, url] of Object.entries(demo.urls)) io.say(`${name.padEnd(22)} ${url}`);
        io.say("Ctrl-C stops it.");
        await untilSignal();
      }
      await demo.stop();
      end(exitCodes.ok);
    });
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
