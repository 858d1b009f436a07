import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { toProblem } from "../../data/client.ts";
import { useUpdateConnection } from "../../data/connections.ts";
import { useInboundEvents } from "../../data/inbound-events.ts";
import type { Connection, Provider } from "../../data/types.ts";
import { InboundList } from "../../features/inbound-list.tsx";
import { notify } from "../../ui/announce.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { Field, inputClass } from "../../ui/field.tsx";
import { heldScope } from "../../ui/held-rows.tsx";
import { Panel, SkeletonRows } from "../../ui/parts.tsx";
import { Region } from "../../ui/region.tsx";
import { Pager } from "../../ui/table.tsx";

const route = getRouteApi("/app/connections/$id");

export function InboundTab({
  connection,
  provider,
  etag,
  cursor,
}: {
  connection: Connection;
  provider: Provider | null;
  etag: string | null;
  cursor: string | undefined;
}) {
  const navigate = route.useNavigate();
  // Some providers have one address for all accounts of an app, and sign with the app's own secret.
  const isOwn = provider?.webhooks?.routing !== "account";
  const events = useInboundEvents({ connection_id: connection.id, ...(cursor ? { cursor } : {}) });
  return (
    <div className="flex flex-col gap-4">
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Panel title="Address">
          <p className="mb-2 text-sm text-neutral">
            {isOwn
              ? `Enter this address at ${connection.provider_name}. It belongs to this connection alone.`
              : `The app at ${connection.provider_name} sends here, for all of its accounts. Whoever runs this server entered it there.`}
          </p>
          <div className="flex items-center gap-2 rounded-md border border-line bg-sunken px-2.5 py-1.5">
            <code className="min-w-0 flex-1 font-mono text-xs break-all">{connection.webhook_url}</code>
            <CopyButton text={connection.webhook_url ?? ""} what="the address" />
          </div>
        </Panel>
        {isOwn && (
          <Panel title="Secret">
            <SecretForm connection={connection} etag={etag} />
          </Panel>
        )}
      </div>
      <h2 className="mt-2 text-lg font-semibold">Received</h2>
      <Region of={events} what="the inbound events" skeleton={<SkeletonRows rows={5} />}>
        {(page) => (
          <>
            <InboundList
              events={page.data}
              scope={heldScope([connection.id, cursor], events.isPlaceholderData)}
              showProvider={false}
            />
            <Pager
              previous={page.prev_cursor}
              next={page.next_cursor}
              onGo={(next) => navigate({ search: (now) => ({ ...now, cursor: next }) })}
            />
          </>
        )}
      </Region>
    </div>
  );
}

function SecretForm({ connection, etag }: { connection: Connection; etag: string | null }) {
  const [secret, setSecret] = useState("");
  const [error, setError] = useState<string | undefined>();
  const update = useUpdateConnection(connection.id);
  return (
    <form
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const trimmed = secret.trim();
        if (!trimmed) return setError("Paste the secret first.");
        setError(undefined);
        update.mutate(
          { changes: { webhook_secret: trimmed }, etag },
          {
            onSuccess: () => {
              setSecret("");
              notify("The new secret counts now; the earlier one stays good for 24 hours.");
            },
            onError: (failure) => setError(toProblem(failure).detail),
          },
        );
      }}
    >
      <Field
        label="New secret"
        hint={`What ${connection.provider_name} signs with. It is never shown again; the earlier one stays good for 24 hours.`}
        error={error}
      >
        {(wiring) => (
          <input
            {...wiring}
            type="password"
            autoComplete="new-password"
            className={inputClass}
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" className="self-start" busy={update.isPending}>
        Save secret
      </Button>
    </form>
  );
}
