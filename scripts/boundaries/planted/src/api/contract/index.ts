export const contract = 1;
export type Contract = typeof contract;
