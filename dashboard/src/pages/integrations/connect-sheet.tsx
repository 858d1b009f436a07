import { Link } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { useConnections } from "../../data/connections.ts";
import { live } from "../../data/live.ts";
import type { Agent, Connection, Provider } from "../../data/types.ts";
import { ConnectionTestPanel } from "../../features/connection-test-panel.tsx";
import { writeChecks } from "../../rules/capabilities.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Monogram } from "../../ui/parts.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { ConnectForm } from "./connect-form.tsx";

/** From "Connect" to a tested connection. */
export function ConnectSheet({
  provider,
  agents,
  onConnected,
  onClose,
}: {
  provider: Provider;
  agents: Agent[];
  onConnected: (connectionId: string) => void;
  onClose: () => void;
}) {
  const [waiting, setWaiting] = useState(false);
  const connections = useConnections(waiting ? 1_500 : live.slow);
  const before = useRef<Map<string, Connection> | null>(null);
  const startWaiting = useCallback(
    (on: boolean) => {
      if (on && !before.current) before.current = new Map((connections.data ?? []).map((known) => [known.id, known]));
      setWaiting(on);
    },
    [connections.data],
  );

  // The server is the only one who knows how the visit to the provider ended.
  useEffect(() => {
    if (!waiting || !before.current) return;
    const made = connections.data?.find(
      ({ id, provider: of, status }) =>
        of === provider.id && status === "connected" && before.current?.get(id)?.status !== "connected",
    );
    if (made) onConnected(made.id);
  }, [waiting, connections.data, provider.id, onConnected]);

  return (
    <Sheet
      open
      onClose={onClose}
      lead={<Monogram text={provider.monogram} />}
      title={`Connect ${provider.name}`}
      about="What it will do, before you agree to it"
    >
      <ConnectForm provider={provider} agents={agents} onWaiting={startWaiting} onConnected={onConnected} />
    </Sheet>
  );
}

/** After the sign-in: the test runs by itself. */
export function ConnectedSheet({
  connection,
  provider,
  onClose,
}: {
  connection: Connection;
  provider: Provider | null;
  onClose: () => void;
}) {
  return (
    <Sheet
      open
      onClose={onClose}
      lead={<Monogram text={provider?.monogram ?? "··"} />}
      title={`${connection.provider_name} is connected`}
      about={connection.account ? `Account ${connection.account.name ?? connection.account.id}` : "Testing it now"}
      footer={
        <>
          <Button onClick={onClose}>Done</Button>
          <Link to="/connections/$id" params={{ id: connection.id }} className={buttonClass("primary")}>
            Open connection
          </Link>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <ConnectionTestPanel connection={connection} auto writeChecks={writeChecks(provider)} />
        {connection.webhook_url && provider?.webhooks?.routing === "key" && (
          <Banner tone="info" title={`One thing is left to do at ${connection.provider_name}`}>
            <p>Enter the address for its webhooks there. You find it, with the place for the secret, under Inbound.</p>
          </Banner>
        )}
      </div>
    </Sheet>
  );
}
