import { Link } from "@tanstack/react-router";
import type { Call } from "../../data/types.ts";
import { callerName, callLength, outcomeWords } from "../../rules/call-words.ts";
import { Id } from "../../ui/copy.tsx";
import { callLooks, StatusText } from "../../ui/status.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

const columns: Column<Call>[] = [
  {
    id: "caller",
    header: "Caller",
    card: "title",
    className: "w-[29%]",
    cell: (call) => (
      <div className="min-w-0">
        {/* The link covers the row, so that a click anywhere in it opens the call. */}
        <Link
          to="/calls/$id"
          params={{ id: call.id }}
          className="block truncate font-medium text-ink after:absolute after:inset-0 hover:underline"
        >
          {callerName(call)}
        </Link>
        <span className="block truncate text-xs text-neutral numbers">{otherNames(call) || "Caller not named"}</span>
      </div>
    ),
  },
  {
    id: "state",
    header: "State",
    card: "corner",
    className: "w-[15%]",
    cell: (call) => <StatusText look={callLooks[call.sync_state]} />,
  },
  {
    id: "outcome",
    header: "Outcome",
    className: "w-[19%]",
    cell: (call) => <span className="break-words">{call.call_outcome ? outcomeWords(call.call_outcome) : "–"}</span>,
  },
  {
    id: "duration",
    header: "Length",
    className: "w-[10%]",
    cell: (call) => <span className="numbers whitespace-nowrap">{callLength(call.duration_seconds) ?? "–"}</span>,
  },
  {
    id: "received",
    header: "Received",
    className: "w-[11%]",
    cell: (call) => <Time at={call.created_at} />,
  },
  { id: "id", header: "Call id", card: "hidden", className: "w-[16%]", cell: (call) => <Id id={call.call_id} short /> },
];

// Whatever identifies the caller beside the name that leads the row.
function otherNames(call: Call): string {
  const title = callerName(call);
  return [call.customer_phone, call.customer_email].filter((text) => text && text !== title).join(" · ");
}

export function CallTable({ calls }: { calls: Call[] }) {
  return <Table caption="Calls, newest first" columns={columns} rows={calls} />;
}
