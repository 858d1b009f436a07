import type { Base } from "#simulators/kit";
import { CalendarError, invalid, notFound, required } from "./errors.ts";

export interface Channel {
  id: string;
  resourceId: string;
  resourceUri: string;
  address: string;
  token: string | undefined;
  expiresAt: number;
  calendarId: string;
  email: string;
  clientId: string;
  messages: number;
}

export interface Channels {
  open(
    given: Record<string, unknown>,
    about: { calendarId: string; email: string; clientId: string; resourceUri: string },
  ): Channel;
  stop(given: Record<string, unknown>, clientId: string): void;
  /** Tells every live channel of a calendar that something there has changed. */
  changed(calendarId: string): void;
  list(): Channel[];
  clear(): void;
}

const weekMs = 7 * 86_400_000;
const retried = new Set([500, 502, 503, 504]);

export function createChannels(base: Base, retryDelaysMs: readonly number[] = [1_000, 5_000, 30_000]): Channels {
  const { clock, random } = base;
  const channels = new Map<string, Channel>();
  const used = new Set<string>();
  const resources = new Map<string, string>();

  return { open, stop, changed, list: () => [...channels.values()], clear };

  function open(given: Record<string, unknown>, about: Parameters<Channels["open"]>[1]): Channel {
    const { id, type, address, token, expiration, params } = given;
    if (typeof id !== "string" || id === "") throw required("Required: id");
    if (id.length > 64 || !/^[A-Za-z0-9\-_+/=]+$/.test(id)) throw invalid("Invalid channel id");
    if (type !== "web_hook" && type !== "webhook") throw invalid("Unsupported channel type");
    if (typeof address !== "string" || !URL.canParse(address)) throw required("Required: address");
    const { protocol, hostname } = new URL(address);
    // Only HTTPS is called; this machine is excepted, since tests listen there.
    if (protocol !== "https:" && !["127.0.0.1", "localhost"].includes(hostname)) {
      throw new CalendarError(400, "push.webhookUrlNotHttps", `WebHook callback must be HTTPS: ${address}`);
    }
    if (used.has(id)) throw new CalendarError(400, "channelIdNotUnique", `Channel id ${id} not unique`);
    if (typeof token === "string" && token.length > 256) throw invalid("Channel token is too long");
    const now = clock.now();
    const ttl = Number((params as { ttl?: unknown } | undefined)?.ttl ?? Number.NaN) * 1_000;
    const wanted = expiration === undefined ? (Number.isNaN(ttl) ? weekMs : ttl) : Number(expiration) - now;
    if (!(wanted > 0)) throw invalid("Invalid expiration");
    const key = `${about.email}\n${about.calendarId}`;
    const resourceId = resources.get(key) ?? random.token(27);
    resources.set(key, resourceId);
    const channel: Channel = {
      id,
      resourceId,
      ...about,
      address,
      token: typeof token === "string" ? token : undefined,
      expiresAt: now + Math.min(wanted, weekMs),
      messages: 0,
    };
    used.add(id);
    channels.set(id, channel);
    tell(channel, "sync");
    return channel;
  }

  function stop({ id, resourceId }: Record<string, unknown>, clientId: string): void {
    const channel = channels.get(String(id));
    if (!channel || channel.resourceId !== resourceId || channel.clientId !== clientId) throw notFound();
    channels.delete(channel.id);
  }

  function changed(calendarId: string): void {
    for (const channel of channels.values()) {
      if (channel.calendarId !== calendarId) continue;
      if (clock.now() >= channel.expiresAt) channels.delete(channel.id);
      else tell(channel, "exists");
    }
  }

  function tell(channel: Channel, state: "sync" | "exists"): void {
    // The numbers grow, with gaps.
    channel.messages += state === "sync" ? 1 : random.integer(1, 3);
    const headers = {
      "x-goog-channel-id": channel.id,
      "x-goog-channel-expiration": new Date(channel.expiresAt).toUTCString(),
      "x-goog-resource-id": channel.resourceId,
      "x-goog-resource-uri": channel.resourceUri,
      "x-goog-resource-state": state,
      "x-goog-message-number": String(channel.messages),
      ...(channel.token === undefined ? {} : { "x-goog-channel-token": channel.token }),
    };
    base.webhooks.send({
      url: channel.address,
      write: () => ({ body: "", headers }),
      timeoutMs: 10_000,
      retryDelaysMs,
      retries: (status) => retried.has(status),
    });
  }

  function clear(): void {
    for (const held of [channels, resources]) held.clear();
    used.clear();
  }
}
