import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Cleanup } from "./testing.ts";

export interface Received {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A place for webhooks to arrive at in tests. Answers `reply(n)` to the n-th request, from 0; 204 when absent. */
export async function startReceiver(t: Cleanup, reply: (index: number) => number = () => 204) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(reply(received.length - 1)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
