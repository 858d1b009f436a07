export * from "./clock.ts";
export * from "./cursor.ts";
export * from "./email.ts";
export * from "./errors.ts";
export * from "./group-commit.ts";
export * from "./ids.ts";
export * from "./phone.ts";
export * from "./retry.ts";
