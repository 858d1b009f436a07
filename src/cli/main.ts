const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 26) {
  process.stderr.write(
    `Tieline needs Node 26 and this is ${process.version}. Start it with bin/tieline.js, which finds the right one.\n`,
  );
  process.exit(2);
}
const { createProcessIo } = await import("./io.ts");
const { runCommandLine } = await import("./program.ts");

process.exitCode = await runCommandLine(process.argv.slice(2), createProcessIo());
// Whatever still holds the process open by now is of no use to anybody.
process.stdout.write("", () => process.exit());

export {};
