import { PlatformError } from "#core";
import { type RecordKind, type RecordOf, recordSchemas } from "#model";
import type { ConnectionView } from "./api.ts";
import { readText } from "./paging/read-at.ts";
import type { Stream } from "./stream.ts";

/** An item that could not be made into a record: visible, and no reason to lose its page. */
export interface FailedItem {
  /** Null when not even its id can be read. */
  externalId: string | null;
  /** `provider.unreadable_record`. Names fields, never their values. */
  error: PlatformError;
}

/** Makes items into records, and sets aside those that cannot be. */
export function readItems<Item, Kind extends RecordKind>(
  stream: Stream<Item, Kind>,
  connection: ConnectionView,
  items: readonly unknown[],
): { records: RecordOf<Kind>[]; failed: FailedItem[] } {
  const records: RecordOf<Kind>[] = [];
  const failed: FailedItem[] = [];
  for (const item of items) {
    try {
      records.push(toRecord(stream, connection, item));
    } catch (cause) {
      const error = cause instanceof PlatformError ? cause : unreadable("its content cannot be read", cause);
      failed.push({ externalId: readText(item, stream.idAt ?? "id"), error });
    }
  }
  return { records, failed };
}

function toRecord<Item, Kind extends RecordKind>(
  stream: Stream<Item, Kind>,
  connection: ConnectionView,
  raw: unknown,
): RecordOf<Kind> {
  const item = stream.item.safeParse(raw);
  if (!item.success) throw unreadable(fieldsOf(item.error.issues));
  const record = recordSchemas[stream.record].safeParse(stream.toRecord(item.data, connection));
  if (!record.success) throw unreadable(fieldsOf(record.error.issues));
  return record.data as RecordOf<Kind>;
}

// The issues' own texts may quote the value, and the value may be personal.
function fieldsOf(issues: readonly { path: PropertyKey[]; code: string }[]): string {
  const fields = issues.slice(0, 5).map(({ path, code }) => `${path.join(".") || "the item"} (${code})`);
  return fields.join(", ");
}

/** For `toRecord`: why this one item cannot be our record. Name fields, never their values. */
export function unreadable(why: string, cause?: unknown): PlatformError {
  return new PlatformError("provider.unreadable_record", `A record was set aside: ${why}.`, { cause });
}
