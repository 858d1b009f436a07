import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useApiKeys, useRevokeApiKey } from "../../data/api-keys.ts";
import { toProblem } from "../../data/client.ts";
import type { ApiKey, ApiKeyCreated } from "../../data/types.ts";
import { useTrail } from "../../shell/crumbs.tsx";
import { notify } from "../../ui/announce.tsx";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { PageHead, SkeletonRows } from "../../ui/parts.tsx";
import { Region } from "../../ui/region.tsx";
import { Question } from "../../ui/sheet.tsx";
import { keyLooks, StatusText } from "../../ui/status.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { IssuedKey } from "./issued-key.tsx";
import { NewKeySheet } from "./new-key-sheet.tsx";

export function ApiKeysPage() {
  useTrail("API keys");
  const apiKeys = useApiKeys();
  const [isMaking, setMaking] = useState(false);
  const [issued, setIssued] = useState<ApiKeyCreated | null>(null);
  return (
    <>
      <PageHead
        title="API keys"
        about="What your servers sign in with, and what each key may do."
        actions={
          <Button look="primary" onClick={() => setMaking(true)}>
            Issue key
          </Button>
        }
      />
      {issued && <IssuedKey issued={issued} onDone={() => setIssued(null)} />}
      <Region of={apiKeys} what="the keys" skeleton={<SkeletonRows rows={4} height={57} />}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon={KeyRound} title="No key for this tenant yet">
              Your server needs one to send calls. It is shown once, when it is issued.
            </Empty>
          ) : (
            <Table caption="API keys" columns={columns} rows={all} />
          )
        }
      </Region>
      {isMaking && (
        <NewKeySheet
          onClose={() => setMaking(false)}
          onIssued={(key) => {
            setMaking(false);
            setIssued(key);
          }}
        />
      )}
    </>
  );
}

function stateOf(key: ApiKey): keyof typeof keyLooks {
  if (key.revoked_at) return "revoked";
  return key.expires_at && Date.parse(key.expires_at) < Date.now() ? "expired" : "active";
}

const columns: Column<ApiKey>[] = [
  {
    id: "name",
    header: "Name",
    card: "title",
    className: "w-[26%]",
    cell: (key) => (
      <div className="min-w-0">
        <span className="block truncate font-medium">{key.name}</span>
        <code className="font-mono text-xs text-neutral">{key.hint}</code>
      </div>
    ),
  },
  {
    id: "state",
    header: "State",
    card: "corner",
    className: "w-[12%]",
    cell: (key) => <StatusText look={keyLooks[stateOf(key)]} />,
  },
  {
    id: "scopes",
    header: "May",
    card: "wide",
    cell: (key) => <span className="font-mono text-xs break-words text-soft">{key.scopes.join(", ")}</span>,
  },
  {
    id: "used",
    header: "Last used",
    className: "w-[12%]",
    cell: (key) => (key.last_used_at ? <Time at={key.last_used_at} /> : <span className="text-neutral">Never</span>),
  },
  {
    id: "expires",
    header: "Expires",
    className: "w-[12%]",
    cell: (key) => (key.expires_at ? <Time at={key.expires_at} /> : <span className="text-neutral">Never</span>),
  },
  { id: "revoke", header: "Action", card: "corner", className: "w-[12%]", cell: (key) => <Revoke apiKey={key} /> },
];

function Revoke({ apiKey }: { apiKey: ApiKey }) {
  const [open, setOpen] = useState(false);
  const revoke = useRevokeApiKey();
  if (apiKey.revoked_at) return <span className="text-neutral max-md:hidden">–</span>;
  return (
    <>
      <Button look="danger" className="h-7" onClick={() => setOpen(true)}>
        Revoke<span className="sr-only"> {apiKey.name}</span>
      </Button>
      <Question
        open={open}
        onClose={() => setOpen(false)}
        title={`Revoke ${apiKey.name}?`}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button
              look="danger"
              busy={revoke.isPending}
              onClick={() =>
                revoke.mutate(apiKey.id, {
                  onSuccess: () => {
                    setOpen(false);
                    notify(`${apiKey.name} no longer works.`);
                  },
                  onError: (error) => notify(toProblem(error).detail, { tone: "error" }),
                })
              }
            >
              Revoke key
            </Button>
          </>
        }
      >
        Whoever uses it is refused from now on, and so are the browsers that signed in with it. This cannot be undone;
        issue a new key instead.
      </Question>
    </>
  );
}
