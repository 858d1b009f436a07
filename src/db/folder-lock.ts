import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import { PlatformError } from "#core";
import { codeOf } from "./errors.ts";

/** Who has a data folder open. Two processes on one folder lose rows without any error, so nobody opens it beside a holder. */
interface Holder {
  host: string;
  /** Which start of the machine; null where the system does not tell. */
  boot: string | null;
  pid: number;
  /** When the process started, in the system's own words: a pid is used again, a pid with its start is not. */
  started: string | null;
}

/**
 * Locks the folder with a file beside it and answers how to unlock it. The lock of a process that is gone is taken
 * over; that of a living one never. Throws `db.unavailable` naming the holder.
 */
export function lockFolder(folder: string): () => void {
  const file = `${folder}.lock`;
  if (!tryCreate(file)) takeOver(folder, file);
  return () => fs.rmSync(file, { force: true });
}

// Only one at a time may judge and remove a lock: else the second would remove the one that the first has just created.
function takeOver(folder: string, file: string): void {
  const guard = `${file}.takeover`;
  if (!tryCreate(guard)) throw inUse(folder, guard);
  try {
    const holder = readHolder(file);
    if (holder !== "nobody") {
      if (holder === "unreadable" || isAlive(holder)) throw inUse(folder, file);
      fs.rmSync(file);
    }
    if (!tryCreate(file)) throw inUse(folder, file); // somebody came after its owner left
  } finally {
    fs.rmSync(guard, { force: true });
  }
}

// Written aside and linked, so that the file is never there without its content.
function tryCreate(file: string): boolean {
  const draft = `${file}.${randomUUID()}`;
  fs.writeFileSync(draft, JSON.stringify(thisProcess()), { flag: "wx", flush: true });
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    fs.rmSync(draft);
  }
}

function readHolder(file: string): Holder | "nobody" | "unreadable" {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as Holder;
  } catch (error) {
    return codeOf(error) === "ENOENT" ? "nobody" : "unreadable";
  }
}

function inUse(folder: string, file: string): PlatformError {
  const holder = readHolder(file);
  const who = typeof holder === "string" ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new PlatformError(
    "db.unavailable",
    `The data folder ${folder} is in use by ${who}. Stop that process first; if its machine or container is gone for good, delete ${file}.`,
  );
}

function thisProcess(): Holder {
  return { host: os.hostname(), boot: bootId(), pid: process.pid, started: startOf(process.pid) };
}

function isAlive({ host, boot, pid, started }: Holder): boolean {
  if (host !== os.hostname()) return true; // not for us to tell
  if (boot !== bootId()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
  return started === startOf(pid);
}

function bootId(): string | null {
  return os.platform() === "linux" ? fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() : null;
}

function startOf(pid: number): string | null {
  try {
    if (os.platform() === "linux") {
      // The third field is the state and the 22nd the start; the second is the program's name in brackets and may hold
      // anything. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" ? null : (fields[18] ?? null); // Z: dead, and only its parent has not noticed
    }
    if (os.platform() === "darwin")
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    // no such process, or one that may not be looked at
  }
  return null;
}
