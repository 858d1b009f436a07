/** How often a visible page asks again, in milliseconds. Hidden pages do not ask. */
export const live = { list: 5_000, detail: 4_000, slow: 30_000 } as const;
