import { Link } from "@tanstack/react-router";
import { FlaskConical, Settings2 } from "lucide-react";
import { useState } from "react";
import type { Connection, Provider } from "../../data/types.ts";
import { ConnectionTestPanel } from "../../features/connection-test-panel.tsx";
import { troubleOf } from "../../features/connection-words.ts";
import { PauseButton } from "../../features/pause.tsx";
import { ReconnectButton } from "../../features/reconnect.tsx";
import { capabilityChip } from "../../rules/capabilities.ts";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Chip, Monogram } from "../../ui/parts.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { connectionLooks, inks, StatusBadge } from "../../ui/status.tsx";
import { Time } from "../../ui/time.tsx";

/** One connected account: how it is, and the one thing to do next. */
export function ConnectionCard({
  connection,
  monogram,
  audience,
}: {
  connection: Connection;
  monogram: string;
  audience: string;
}) {
  const trouble = troubleOf(connection);
  const account = connection.name ?? connection.account?.name ?? connection.account?.id;
  return (
    <article data-row className="flex h-full flex-col rounded-xl border border-line bg-raised shadow-lift">
      <div className="flex flex-1 flex-col gap-3 p-4">
        <div className="flex items-start gap-3">
          <Monogram text={monogram} />
          <div className="min-w-0 flex-1">
            <h2 className="truncate text-base font-semibold">
              <Link to="/connections/$id" params={{ id: connection.id }} className="hover:underline">
                {connection.provider_name}
              </Link>
            </h2>
            <p className="truncate text-sm text-neutral">{account ?? "Account not known yet"}</p>
          </div>
          <StatusBadge look={connectionLooks[connection.status]} />
        </div>
        <ul className="flex flex-wrap gap-1" aria-label="Capabilities">
          {connection.capabilities.map((capability) => (
            <li key={capability} className="inline-flex">
              <Chip>{capabilityChip(capability)}</Chip>
            </li>
          ))}
        </ul>
        {trouble ? (
          <p className="text-sm break-words">
            <span className={`font-medium ${inks[trouble.tone]}`}>{trouble.title}.</span>{" "}
            <span className="text-soft">{trouble.text}</span>
          </p>
        ) : null}
        <p className="mt-auto flex flex-wrap gap-x-3 text-xs text-neutral">
          <span>
            {connection.last_success_at ? (
              <>
                Last success <Time at={connection.last_success_at} />
              </>
            ) : (
              "Nothing written yet"
            )}
          </span>
          <span>{audience}</span>
        </p>
      </div>
      <div className="flex flex-wrap gap-2 border-t border-line px-4 py-2.5">
        <PrimaryAction connection={connection} />
        <TestInSheet connection={connection} />
      </div>
    </article>
  );
}

function PrimaryAction({ connection }: { connection: Connection }) {
  if (connection.status === "needs_reauth" || connection.status === "disconnected")
    return (
      <ReconnectButton connection={connection} look={connection.status === "needs_reauth" ? "primary" : "secondary"} />
    );
  return (
    <>
      {connection.status === "paused" && <PauseButton connection={connection} />}
      <Link to="/connections/$id" params={{ id: connection.id }} className={buttonClass("secondary")}>
        <Settings2 aria-hidden className="size-4" />
        Manage<span className="sr-only"> {connection.provider_name}</span>
      </Link>
    </>
  );
}

function TestInSheet({ connection }: { connection: Connection }) {
  const [open, setOpen] = useState(false);
  if (connection.status === "disconnected") return null;
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        <FlaskConical aria-hidden className="size-4" />
        Test<span className="sr-only"> {connection.provider_name}</span>
      </Button>
      <Sheet
        open={open}
        onClose={() => setOpen(false)}
        title={`Test ${connection.provider_name}`}
        about={connection.account ? `Account ${connection.account.name ?? connection.account.id}` : undefined}
      >
        <ConnectionTestPanel connection={connection} auto />
      </Sheet>
    </>
  );
}

/** One provider that can be connected. */
export function ProviderCard({ provider, connected }: { provider: Provider; connected: number }) {
  return (
    <article className="flex h-full gap-3 rounded-xl border border-line bg-raised p-4">
      <Monogram text={provider.monogram} />
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <div>
          <h3 className="text-base font-semibold">{provider.name}</h3>
          <p className="text-sm text-neutral">{provider.summary}</p>
        </div>
        <ul className="flex flex-wrap gap-1" aria-label="Capabilities">
          {provider.capabilities.map((capability) => (
            <li key={capability} className="inline-flex">
              <Chip>{capabilityChip(capability)}</Chip>
            </li>
          ))}
        </ul>
        <div className="mt-auto flex items-center gap-3 pt-1">
          <Link
            from="/"
            to="/integrations"
            search={(now) => ({ ...now, connect: provider.id })}
            className={buttonClass(connected > 0 ? "secondary" : "primary")}
          >
            {connected > 0 ? "Connect another" : "Connect"}
            <span className="sr-only"> {provider.name}</span>
          </Link>
          {connected > 0 && <span className="text-xs text-neutral">{connected} connected</span>}
        </div>
      </div>
    </article>
  );
}
