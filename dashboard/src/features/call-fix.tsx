import { RotateCcw } from "lucide-react";
import { useRetryCall } from "../data/calls.ts";
import { toProblem } from "../data/client.ts";
import type { CallSync, Connection } from "../data/types.ts";
import { fixFor } from "../rules/call-words.ts";
import { notify } from "../ui/announce.tsx";
import { Button } from "../ui/button.tsx";
import { ReconnectButton } from "./reconnect.tsx";

/** The one thing to do about a call that stopped. */
export function CallFix({
  sync,
  connection,
  callId,
}: {
  sync: CallSync | null;
  connection: Connection | null;
  callId: string;
}) {
  const retry = useRetryCall();
  if (!sync) return null;
  const needsReauth = connection?.status === "needs_reauth" || connection?.status === "disconnected";
  const fix = fixFor(sync, needsReauth);
  if (fix === "reconnect" && connection) return <ReconnectButton connection={connection} />;
  if (fix === "none" || fix === "reconnect") return null;
  const anyway = fix === "sync_anyway";
  return (
    <Button
      look="primary"
      data-key="r"
      busy={retry.isPending}
      onClick={() =>
        retry.mutate(
          { callId, connectionId: sync.connection_id, evenSkipped: anyway },
          {
            onSuccess: () => notify("The call is on its way again. This page shows how far it gets."),
            onError: (error) => notify(toProblem(error).detail, { tone: "error" }),
          },
        )
      }
    >
      <RotateCcw aria-hidden className="size-4" />
      {anyway ? "Sync this one anyway" : "Retry"}
    </Button>
  );
}
