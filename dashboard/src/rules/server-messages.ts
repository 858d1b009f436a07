export interface ServerMessage {
  /** Where the stream stands after it; null where the server did not say. */
  id: string | null;
  kind: string;
  data: string;
}

/** Takes server-sent events apart, whatever pieces they arrive in. A comment is a message of the kind `comment`. */
export function createMessageReader(): (piece: string) => ServerMessage[] {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop() ?? "";
    return blocks.map(toMessage);
  };
}

function toMessage(block: string): ServerMessage {
  const message: ServerMessage = { id: null, kind: block.startsWith(":") ? "comment" : "message", data: "" };
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    const [field, value] = [line.slice(0, at), line.slice(at + 1).replace(/^ /, "")];
    if (field === "id") message.id = value;
    if (field === "event") message.kind = value;
    if (field === "data") message.data += message.data ? `\n${value}` : value;
  }
  return message;
}
