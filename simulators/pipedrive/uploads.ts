import type { Exchange } from "#simulators/kit";
import { PipedriveError } from "./errors.ts";

export interface Upload {
  name: string;
  bytes: Uint8Array;
  /** The other fields of the form. */
  fields: Record<string, string>;
}

/** Reads `multipart/form-data` with one part named `file`. */
export async function readUpload({ headers, rawBody }: Exchange): Promise<Upload> {
  const type = headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) throw new PipedriveError(415, "Unsupported media type");
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(rawBody), { headers: { "content-type": type } }).formData();
  } catch {
    throw new PipedriveError(400, "The form cannot be read");
  }
  const file = form.get("file");
  if (!(file instanceof File) || file.size === 0) throw new PipedriveError(400, "No files were uploaded");
  const fields: Record<string, string> = {};
  for (const [name, value] of form) if (typeof value === "string") fields[name] = value;
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()), fields };
}
