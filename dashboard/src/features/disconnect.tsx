import { Unplug } from "lucide-react";
import { useState } from "react";
import { toProblem } from "../data/client.ts";
import { useDisconnect, usePauseConnection } from "../data/connections.ts";
import type { Connection } from "../data/types.ts";
import { notify } from "../ui/announce.tsx";
import { Button } from "../ui/button.tsx";
import { Question } from "../ui/sheet.tsx";

/** Says what stops and what stays, and offers the gentler way, before it disconnects. */
export function DisconnectButton({ connection, whatStays }: { connection: Connection; whatStays: string | null }) {
  const [open, setOpen] = useState(false);
  const disconnect = useDisconnect(connection.id);
  const pause = usePauseConnection(connection.id);
  const name = connection.provider_name;
  const failed = (error: unknown) => notify(toProblem(error).detail, { tone: "error" });
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        <Unplug aria-hidden className="size-4" />
        Disconnect
      </Button>
      <Question
        open={open}
        onClose={() => setOpen(false)}
        title={`Disconnect ${name}?`}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Keep connected</Button>
            {connection.status !== "paused" && (
              <Button
                busy={pause.isPending}
                onClick={() =>
                  pause.mutate("pause", {
                    onSuccess: () => {
                      setOpen(false);
                      notify(`${name} is paused. New calls wait until you resume.`);
                    },
                    onError: failed,
                  })
                }
              >
                Pause instead
              </Button>
            )}
            <Button
              look="danger"
              busy={disconnect.isPending}
              onClick={() =>
                disconnect.mutate(undefined, {
                  onSuccess: ({ revoked_at_provider, what_stays }) => {
                    setOpen(false);
                    notify(
                      `${name} is disconnected${revoked_at_provider ? " and our access is revoked there" : ""}. ${what_stays} Reconnect within 30 days to undo.`,
                    );
                  },
                  onError: failed,
                })
              }
            >
              Disconnect {name}
            </Button>
          </>
        }
      >
        <dl className="flex flex-col gap-2">
          <div>
            <dt className="font-medium text-ink">Stops</dt>
            <dd>
              New calls are no longer written to {name}, its webhooks are refused, and our sign-in is revoked and
              deleted.
            </dd>
          </div>
          <div>
            <dt className="font-medium text-ink">Stays</dt>
            <dd>{whatStays ?? `Everything already written to ${name}.`} Calls, settings and this log stay here.</dd>
          </div>
          <div>
            <dt className="font-medium text-ink">Undo</dt>
            <dd>Reconnect the same account within 30 days: settings and links come back.</dd>
          </div>
        </dl>
      </Question>
    </>
  );
}
