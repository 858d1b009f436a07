import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import type { Db, Tx } from "#db";
import { createBell } from "./bell.ts";
import { checkRedis } from "./check-redis.ts";
import type { Log } from "./log.ts";
import { createOutboxRelay, type OutboxRelay } from "./outbox-relay.ts";
import type { WakeTransport } from "./transport.ts";
import { within } from "./within.ts";

const closeMs = 2_000; // a goodbye to a Redis that is gone would be waited for without end
const defaultQueue = "tieline-wake";
// BullMQ forgets a job id with the job; kept this long, a wake-up sent twice over a crash is still known.
const removeOnComplete = { age: 3_600, count: 10_000 };

export interface BullmqTransportOptions {
  db: Db;
  redisUrl: string;
  log: Log;
  /** The queue's name, when several installations share a Redis. */
  queueName?: string;
  /** How often the outbox is looked at when nothing was committed here. Default 500 ms. */
  pollMs?: number;
}

/**
 * Wake-ups through BullMQ on Redis. They are written to an outbox in the caller's transaction and relayed after it:
 * Redis next to the commit would be two systems without a common one.
 */
export function createBullmqTransport(options: BullmqTransportOptions): WakeTransport {
  const { db, redisUrl, log, queueName = defaultQueue, pollMs = 500 } = options;
  let redis: Redis | undefined;
  let queue: Queue | undefined;
  let relay: OutboxRelay | undefined;

  return { prepare: async () => {}, open, send, consume, close };

  async function open(): Promise<void> {
    // Fails fast while Redis is away: the outbox keeps what could not be told.
    const client = new Redis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false, lazyConnect: true });
    client.on("error", () => {}); // every command says it too
    try {
      await client.connect();
      checkRedis(await client.info());
    } catch (error) {
      client.disconnect();
      throw error;
    }
    redis = client;
    queue = new Queue(queueName, {
      connection: client,
      defaultJobOptions: { removeOnComplete, removeOnFail: removeOnComplete },
    });
    queue.on("error", () => {});
    relay = createOutboxRelay({ db, log, pollMs, bell: createBell(), deliver });
  }

  async function send(tx: Tx, laneKeys: readonly string[]): Promise<void> {
    await tx.query("insert into wake_outbox (lane_key) select unnest($1::text[])", [laneKeys]);
    tx.afterCommit(() => relay?.ring());
  }

  async function deliver(wakes: { id: string; laneKey: string }[]): Promise<void> {
    await queue?.addBulk(
      wakes.map(({ id, laneKey }) => ({ name: "wake", data: { lane: laneKey }, opts: { jobId: id } })),
    );
  }

  async function consume(onWake: (laneKeys: string[]) => Promise<void>, { batch }: { batch: number }) {
    let isDown = false;
    let isStopped = false;
    const connection = new Redis(redisUrl, {
      maxRetriesPerRequest: null,
      // The worker's own second connection copies this; a goodbye must end its attempts too.
      retryStrategy: (attempt) => (isStopped ? null : Math.min(attempt * 100, 2_000)),
    });
    connection.on("error", (error) => {
      if (!isDown) log.warn({ err: error }, "Redis is away; the reaper goes on finding work.");
      isDown = true;
    });
    connection.on("ready", () => {
      isDown = false;
    });
    const worker = new Worker<{ lane: string }>(queueName, (job) => onWake([job.data.lane]), {
      connection,
      concurrency: batch,
    });
    worker.on("error", () => {}); // the connection above has told it
    await worker.waitUntilReady();
    return async () => {
      isStopped = true;
      const isAway = connection.status !== "ready";
      await within(closeMs, worker.close(isAway)); // by force: it would wait for Redis to say what became of its jobs
      connection.disconnect();
    };
  }

  async function close(): Promise<void> {
    await relay?.stop();
    if (queue) await within(closeMs, queue.close());
    redis?.disconnect();
    relay = queue = redis = undefined;
  }
}
