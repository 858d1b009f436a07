import type { Connector } from "#connector-kit";
import type { ConnectionId } from "#core";
import type { Tx } from "#db";
import { stationsOf, stationsWithoutConnection, type TracedStep } from "./stations.ts";
import type { TracedPath, TraceStation } from "./trace.ts";

/** What was received: a call or a message, as much as its ways must know. */
export interface Received {
  id: string;
  source: string;
  routed_at: Date | null;
  created_at: Date;
}

interface SyncRow {
  id: string;
  subject_id: string;
  connection_id: ConnectionId;
  provider: string;
  status: string;
  state: string;
  reason: string | null;
  detail: string | null;
  attempts: number;
  due_at: Date;
  finished_at: Date | null;
  environment: string;
  external_account_id: string | null;
  settings: Record<string, unknown>;
  provider_state: Record<string, unknown>;
}

interface StepRow extends TracedStep {
  call_sync_id: string;
  external_id: string | null;
}

const columnOf = { call: "call_id", message: "message_id" } as const;

/** The ways of what was received into each connection, by its id; one way without a connection where there is none. */
export async function readPaths(
  tx: Tx,
  connectors: ReadonlyMap<string, Connector>,
  what: "call" | "message",
  received: readonly Received[],
): Promise<Map<string, TracedPath[]>> {
  if (received.length === 0) return new Map();
  const column = columnOf[what];
  const syncs = await tx.query<SyncRow>(
    `select s.id, s.${column} as subject_id, s.connection_id, n.provider, n.status, s.state, s.reason, s.detail, s.attempts, s.due_at,
       s.finished_at, n.environment, n.external_account_id, n.settings, n.provider_state
     from call_syncs s join connections n on n.id = s.connection_id where s.${column} = any($1) order by s.id`,
    [received.map(({ id }) => id)],
  );
  const steps = await tx.query<Omit<StepRow, "at"> & { at: Date }>(
    `select call_sync_id, step, outcome, external_id, reason, detail, finished_at as at from call_sync_steps
     where call_sync_id = any($1) order by finished_at`,
    [syncs.map(({ id }) => id)],
  );
  const stepsOf = Map.groupBy(
    steps.map((step) => ({ ...step, at: step.at.toISOString() })),
    ({ call_sync_id }) => call_sync_id,
  );
  const syncsOf = Map.groupBy(syncs, ({ subject_id }) => subject_id);
  return new Map(
    received.map((one) => {
      const first = receivedStation(one);
      const paths = (syncsOf.get(one.id) ?? []).map((sync) => toPath(first, sync, stepsOf.get(sync.id) ?? []));
      return [one.id, paths.length > 0 ? paths : [pathToNowhere(first, one)]];
    }),
  );

  function pathToNowhere(first: TraceStation, { routed_at }: Received): TracedPath {
    const stations = stationsWithoutConnection(first, routed_at !== null, what);
    return { connection_id: null, provider: "", state: "none", stations, links: [] };
  }

  function toPath(first: TraceStation, sync: SyncRow, steps: StepRow[]): TracedPath {
    const { connection_id, provider, environment, settings } = sync;
    const connection = {
      id: connection_id,
      provider,
      environment,
      externalAccountId: sync.external_account_id,
      settings,
      state: sync.provider_state,
    };
    const urlOf = (step: string, externalId: string) =>
      connectors.get(provider)?.recordUrl?.({ connection }, step, externalId) ?? null;
    return {
      connection_id,
      provider,
      state: sync.state,
      stations: stationsOf(first, {
        what,
        state: sync.state,
        reason: sync.reason,
        detail: sync.detail,
        dueAt: sync.due_at.toISOString(),
        finishedAt: sync.finished_at?.toISOString() ?? null,
        attempts: sync.attempts,
        connectionStatus: sync.status,
        steps,
      }),
      links: steps.flatMap(({ step, external_id }) =>
        external_id ? [{ kind: step, external_id, url: urlOf(step, external_id) }] : [],
      ),
    };
  }
}

function receivedStation({ source, created_at }: Received): TraceStation {
  const detail = `Received by ${sources[source] ?? source} and stored.`;
  return { station: "received", state: "done", at: created_at.toISOString(), detail };
}

const sources: Record<string, string> = {
  api: "the API",
  retell: "Retell's webhook",
  sql: "an insert into the database",
  import: "an import",
};
