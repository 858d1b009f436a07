export const one = 1;
export type One = typeof one;
