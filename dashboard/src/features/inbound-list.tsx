import { CircleCheck, CircleX, RotateCcw, Webhook } from "lucide-react";
import { toProblem } from "../data/client.ts";
import { useReplayInboundEvent } from "../data/inbound-events.ts";
import type { InboundEvent } from "../data/types.ts";
import { notify } from "../ui/announce.tsx";
import { Button } from "../ui/button.tsx";
import { Id } from "../ui/copy.tsx";
import { Empty } from "../ui/empty.tsx";
import { NewRowsPill, useHeldRows } from "../ui/held-rows.tsx";
import { inboundLooks, type Look, StatusText } from "../ui/status.tsx";
import { type Column, Table } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";

/** What providers sent us, what we made of each signature, and what it led to. */
export function InboundList({
  events,
  scope,
  showProvider = true,
}: {
  events: InboundEvent[];
  scope: string;
  showProvider?: boolean;
}) {
  const held = useHeldRows(events, scope);
  if (held.rows.length === 0)
    return (
      <Empty icon={Webhook} title="No webhook has arrived yet">
        Each one appears here within seconds, with what it led to. One whose signature does not hold is refused and not
        kept.
      </Empty>
    );
  return (
    <>
      <NewRowsPill waiting={held.waiting} onShow={held.showAll} />
      <Table
        caption="Inbound events, newest first"
        columns={showProvider ? columns : columns.filter(({ id }) => id !== "provider")}
        rows={held.rows}
      />
    </>
  );
}

const columns: Column<InboundEvent>[] = [
  {
    id: "type",
    header: "Event",
    card: "title",
    className: "w-[20%]",
    cell: (event) => (
      <div className="min-w-0">
        <span className="block truncate font-medium">{event.type ?? "Unreadable"}</span>
        <Id id={event.id} short />
      </div>
    ),
  },
  {
    id: "provider",
    header: "From",
    className: "w-[10%]",
    cell: (event) => <span className="capitalize">{event.provider}</span>,
  },
  {
    id: "verdict",
    header: "Verdict",
    className: "w-[14%]",
    cell: (event) => <StatusText look={verdictLook(event.verdict)} />,
  },
  {
    id: "state",
    header: "State",
    card: "corner",
    className: "w-[11%]",
    cell: (event) => <StatusText look={inboundLooks[event.state]} />,
  },
  {
    id: "effect",
    header: "Effect",
    card: "wide",
    cell: (event) => (
      <span className="break-words">
        {event.effect ?? event.detail ?? event.reason ?? <span className="text-neutral">–</span>}
      </span>
    ),
  },
  { id: "received", header: "Received", className: "w-[11%]", cell: (event) => <Time at={event.received_at} /> },
  { id: "replay", header: "Action", card: "corner", className: "w-[12%]", cell: (event) => <Replay event={event} /> },
];

function verdictLook(verdict: string): Look {
  const word = verdict.charAt(0).toUpperCase() + verdict.slice(1).replaceAll("_", " ");
  return verdict === "valid" || verdict === "verified"
    ? { word, tone: "ok", icon: CircleCheck }
    : { word, tone: "error", icon: CircleX };
}

function Replay({ event }: { event: InboundEvent }) {
  const replay = useReplayInboundEvent();
  const isOver = event.state === "done" || event.state === "dead" || event.state === "ignored";
  const isTrusted = verdictLook(event.verdict).tone === "ok";
  if (!isOver || !isTrusted) return <span className="text-neutral max-md:hidden">–</span>;
  return (
    <Button
      className="h-7"
      busy={replay.isPending}
      onClick={() =>
        replay.mutate(event.id, {
          onSuccess: () => notify("The event is handled again; what it led to before is not repeated."),
          onError: (error) => notify(toProblem(error).detail, { tone: "error" }),
        })
      }
    >
      <RotateCcw aria-hidden className="size-3.5" />
      Replay
    </Button>
  );
}
