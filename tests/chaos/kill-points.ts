/** Where a crash hurts most. */
export const killPoints = [
  "before a commit",
  "after a commit, before its answer",
  "after the provider's answer, before our record",
] as const;
export type KillPoint = (typeof killPoints)[number];

/** How often a process passes the point in some seconds of work: it dies at one of that many passes. */
export const passesOf: Record<KillPoint, number> = {
  "before a commit": 150,
  "after a commit, before its answer": 150,
  "after the provider's answer, before our record": 15,
};
