import { Command, CommanderError } from "commander";
import { version } from "#app";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addKeyCommands } from "./commands/keys.ts";
import { addRecordCommands } from "./commands/records.ts";
import { addServerCommands } from "./commands/server.ts";
import { addTryCommands } from "./commands/try-it.ts";
import { describeFailure, exitCodeOf, exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";

const examples = `
Examples:
  $ tieline demo                                  see one call go from a webhook into a CRM
  $ tieline serve                                 start the product (settings by environment)
  $ tieline trace +14079780655                    where did it stop, and why
`;

/** Runs one command line; answers the exit code. */
export async function runCommandLine(words: readonly string[], io: Io): Promise<number> {
  let code: number = exitCodes.ok;
  const end = (wanted: number) => {
    code = wanted;
  };
  const program = new Command("tieline")
    .description("Keeps every call, message, contact and booking true in the CRM your customer already uses.")
    .version(version)
    .option("--json", "data as JSON; lists as a line for each row")
    .option("--fields <names>", "only these fields, comma-separated")
    .option("--quiet", "no talk beside the data")
    .addHelpText("after", examples)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.say(text.trimEnd()),
    });
  addServerCommands(program, io, end);
  addKeyCommands(program, io);
  addRecordCommands(program, io, end);
  addDoctorCommand(program, io, end);
  addTryCommands(program, io, end);
  for (const command of everyCommand(program)) command.copyInheritedSettings(program).exitOverride();
  try {
    await program.parseAsync([...words], { from: "user" });
    return code;
  } catch (error) {
    // commander has said what is wrong already
    if (!(error instanceof CommanderError)) io.say(describeFailure(error));
    return exitCodeOf(error);
  }
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}
