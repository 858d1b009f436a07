import type { Matcher } from "#connector-kit";
import { batchSize } from "../objects.ts";
import { findPeople } from "../people.ts";

export const matchContacts: Matcher = { batchSize, find: findPeople };
