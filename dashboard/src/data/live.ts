/**
 * How often a visible page asks again, in milliseconds; hidden pages do not ask. `beside` is how often while the stream of
 * events is open: for what no event tells, such as a step that is under way.
 */
export const live = { list: 5_000, detail: 4_000, slow: 30_000, beside: 15_000 } as const;
