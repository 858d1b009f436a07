import { PlatformError } from "#core";
import { type Events, type FeedPage, parsePosition, type StoredEvent } from "#events";
import type { Auth } from "../auth.ts";
import type { Event } from "../contract/events.ts";
import { defineRoute, type Route } from "../route.ts";

export interface StreamDeps {
  events: Events;
  auth: Pick<Auth, "authenticate" | "tenantFor">;
  /** Ends every stream. */
  leaving: AbortSignal;
  /** Milliseconds of silence after which a comment is sent, so that nobody between cuts the line. */
  beatMs: number;
  /** Streams open at once, per key and process. */
  perKey: number;
}

const reconnectMs = 1_000;

/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): one message per event. */
export function eventStreamRoute(deps: StreamDeps, present: (event: StoredEvent) => Event): Route {
  const { events, auth, leaving, beatMs, perKey } = deps;
  const open = new Map<string, number>();

  return defineRoute({
    method: "GET",
    path: "/v1/events/stream",
    tag: "Events",
    summary: "Follow what happens",
    description:
      "Server-sent events. A message of the kind `ready` says where the stream begins; then each event comes as a message whose data is an Event and whose id is its position. Come back with `Last-Event-ID` (browsers do so by themselves) and nothing is lost or doubled; without it the stream begins now. A comment comes after 15 seconds of silence.",
    permission: "events:read",
    tenant: "required",
    audit: { none: "a read" },
    streams: true,
    reply: { status: 200, description: "Messages until either side leaves.", schema: null, contentType: eventStream },
    errors: ["request.invalid", "request.too_many_streams"],
    async handle({ tenantId, principal, http, onGone }) {
      const lastId = http.headers["last-event-id"];
      const after = typeof lastId === "string" && lastId !== "" ? lastId : null;
      if (after !== null) parsePosition(after);
      const release = take(principal.id);
      const gone = new AbortController();
      onGone(() => {
        gone.abort();
        release();
      });
      const signal = AbortSignal.any([gone.signal, leaving]);
      const pages = events.follow(tenantId, { after, signal, beatMs });
      return { stream: { contentType: eventStream, chunks: toMessages(pages, release) } };

      async function* toMessages(from: AsyncGenerator<FeedPage>, done: () => void): AsyncGenerator<string> {
        try {
          let isFirst = true;
          for await (const page of from) {
            // A key that was revoked, a session that ended, a tenant that was deleted: they hear no more.
            if (!(await isStillWelcome())) return;
            if (isFirst) yield `retry: ${reconnectMs}\n${toReady(page)}`;
            else if (page.events.length === 0) yield ": still here\n\n";
            isFirst = false;
            if (page.events.length > 0) yield page.events.map(toMessage).join("");
          }
        } finally {
          done();
        }
      }

      async function isStillWelcome(): Promise<boolean> {
        try {
          await auth.tenantFor(await auth.authenticate(http), tenantId);
          return true;
        } catch {
          return false;
        }
      }
    },
  });

  function toMessage(event: StoredEvent): string {
    return `id: ${event.position}\ndata: ${JSON.stringify(present(event))}\n\n`;
  }

  /** Counts a stream; answers what gives its place back, once. */
  function take(key: string): () => void {
    const taken = open.get(key) ?? 0;
    if (taken >= perKey)
      throw new PlatformError("request.too_many_streams", `This key has ${perKey} streams open here already.`);
    open.set(key, taken + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (open.get(key) ?? 1) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    };
  }
}

const eventStream = "text/event-stream";

// With events on the first page their own ids follow at once: an id before them would let a cut line skip them.
function toReady({ events, position }: FeedPage): string {
  const id = events.length === 0 ? `id: ${position}\n` : "";
  return `event: ready\n${id}data: {}\n\n`;
}
