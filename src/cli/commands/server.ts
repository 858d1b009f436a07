import type { Command } from "commander";
import {
  applyBootstrap,
  createApp,
  createLog,
  openOffline,
  openStorage,
  readBootstrap,
  readConfig,
  runUntilSignal,
} from "#app";
import { exitCodes } from "../exit-codes.ts";
import { type Io, type OutputOptions, printOne } from "../io.ts";

/** The commands that run or prepare the product on this machine. */
export function addServerCommands(program: Command, io: Io, end: (code: number) => void): void {
  program
    .command("serve")
    .description("Start the API, the dashboard and the workers")
    .option("--role <role>", "all, api, worker or scheduler (TIELINE_ROLE)")
    .option("--port <port>", "where to listen (PORT)")
    .action(async ({ role, port }: { role?: string; port?: string }) => {
      const environment = { ...io.environment, ...(role && { TIELINE_ROLE: role }), ...(port && { PORT: port }) };
      const app = await createApp(readConfig(environment));
      end(await runUntilSignal(app, (url) => io.say(`Tieline is up at ${url} · API reference ${url}/docs/api`)));
    });

  program
    .command("migrate")
    .description("Bring the database's schema up to this version")
    .action(async (_options, command: Command) => {
      const config = readConfig(io.environment);
      const db = await openStorage(config, createLog(config.LOG_LEVEL));
      try {
        const rows = await db.asOwner((tx) =>
          tx.query<{ name: string }>("select name from schema_migrations order by name"),
        );
        printOne(
          io,
          { schema: "current", migrations: rows.length, latest: rows.at(-1)?.name ?? null },
          outputOf(command),
        );
      } finally {
        await db.close();
      }
    });

  program
    .command("bootstrap <file>")
    .description("Make the tenants, agents, keys and connections that a file names and that are not there")
    .action(async (file: string, _options, command: Command) => {
      const plan = await readBootstrap(file);
      const { db, capabilities, close } = await openOffline(readConfig(io.environment), createLog("warn"));
      try {
        const report = await applyBootstrap(plan, { db, connections: capabilities.connections });
        printOne(io, report, outputOf(command));
        if (report.waiting.length > 0) end(exitCodes.partial);
      } finally {
        await close();
      }
    });
}

export function outputOf(command: Command): OutputOptions {
  return command.optsWithGlobals();
}
