import { randomBytes } from "node:crypto";

/** Chance that can be repeated: the same seed gives the same faults, tokens and ids. */
export interface Random {
  /** From 0 up to, but not, 1. */
  next(): number;
  between(min: number, max: number): number;
  integer(min: number, max: number): number;
  pick<T>(items: readonly T[]): T;
  /** A text of letters and digits, as tokens are. */
  token(length: number): string;
  uuid(): string;
  /** Back to the first draw. */
  reset(): void;
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function createRandom(seed: number = randomBytes(4).readUInt32LE()): Random {
  let state = seed >>> 0;

  return { next, between, integer, pick, token, uuid, reset };

  function reset(): void {
    state = seed >>> 0;
  }

  // Mulberry32: 32 bits of state are plenty for choosing faults, and it is one line in any language.
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  function between(min: number, max: number): number {
    return min + next() * (max - min);
  }

  function integer(min: number, max: number): number {
    return Math.floor(between(min, max + 1));
  }

  function pick<T>(items: readonly T[]): T {
    return items[integer(0, items.length - 1)] as T;
  }

  function token(length: number): string {
    let text = "";
    for (let index = 0; index < length; index++) text += letters[integer(0, letters.length - 1)];
    return text;
  }

  function uuid(): string {
    const word = () => Math.floor(next() * 4_294_967_296);
    const [a, b, c, d] = [word(), word(), word(), word()];
    const byte = (value: number, shift: number) => hex[(value >>> shift) & 255] as string;
    return (
      `${byte(a, 24)}${byte(a, 16)}${byte(a, 8)}${byte(a, 0)}-${byte(b, 24)}${byte(b, 16)}-` +
      `4${byte(b, 8).slice(1)}${byte(b, 0)}-a${byte(c, 24).slice(1)}${byte(c, 16)}-` +
      `${byte(c, 8)}${byte(c, 0)}${byte(d, 24)}${byte(d, 16)}${byte(d, 8)}${byte(d, 0)}`
    );
  }
}
