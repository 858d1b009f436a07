const errorResponse = "E".charCodeAt(0);
const severity = "V".charCodeAt(0);

/**
 * The text of the first FATAL or PANIC among the server's messages, or null. A server would end its process after one;
 * the embedded engine carries on with a memory that no longer fits the disk.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function findFatalError(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start + 5 <= bytes.length; ) {
    const end = start + 1 + view.getUint32(start + 1);
    if (bytes[start] === errorResponse) {
      const fields = fieldsOf(bytes.subarray(start + 5, end));
      if (fields.get(severity) === "FATAL" || fields.get(severity) === "PANIC")
        return fields.get("M".charCodeAt(0)) ?? "unknown";
    }
    start = end;
  }
  return null;
}

function fieldsOf(bytes: Uint8Array): Map<number, string> {
  const fields = new TextDecoder().decode(bytes).split("\0");
  return new Map(fields.filter(Boolean).map((field) => [field.charCodeAt(0), field.slice(1)]));
}
