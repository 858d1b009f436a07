import { CirclePause, CirclePlay } from "lucide-react";
import { toProblem } from "../data/client.ts";
import { usePauseConnection } from "../data/connections.ts";
import type { Connection } from "../data/types.ts";
import { notify } from "../ui/announce.tsx";
import { Button, type ButtonLook } from "../ui/button.tsx";

/** Pauses or resumes; the message offers the way back. */
export function PauseButton({ connection, look = "secondary" }: { connection: Connection; look?: ButtonLook }) {
  const pause = usePauseConnection(connection.id);
  const verb = connection.status === "paused" ? "resume" : "pause";
  const name = connection.provider_name;
  const run = (next: "pause" | "resume") =>
    pause.mutate(next, {
      onSuccess: () =>
        next === "pause"
          ? notify(`${name} is paused. New calls wait.`, { action: { label: "Resume", run: () => run("resume") } })
          : notify(`${name} is running again. Waiting calls now go through.`),
      onError: (error) => notify(toProblem(error).detail, { tone: "error" }),
    });
  const Icon = verb === "pause" ? CirclePause : CirclePlay;
  return (
    <Button look={look} busy={pause.isPending} onClick={() => run(verb)}>
      <Icon aria-hidden className="size-4" />
      {verb === "pause" ? "Pause" : "Resume"}
    </Button>
  );
}
