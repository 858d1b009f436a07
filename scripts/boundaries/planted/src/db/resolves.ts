// @ts-expect-error: the file is missing on purpose
import { nothing } from "./missing.ts";

export const value = nothing;
