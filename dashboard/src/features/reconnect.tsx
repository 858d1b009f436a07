import { RefreshCw } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { toProblem } from "../data/client.ts";
import { useConnection, useReconnect } from "../data/connections.ts";
import { useProviders } from "../data/providers.ts";
import type { Connection, Problem, SignIn } from "../data/types.ts";
import { errorsByField, type FieldErrors, initialValues, readForm } from "../rules/form-values.ts";
import { notify } from "../ui/announce.tsx";
import { Banner } from "../ui/banner.tsx";
import { Button, type ButtonLook } from "../ui/button.tsx";
import { ProblemReference } from "../ui/region.tsx";
import { Sheet } from "../ui/sheet.tsx";
import { GeneratedFields } from "./generated-form.tsx";
import { useOAuthWindow } from "./oauth-window.ts";
import { WaitingForConsent } from "./waiting-for-consent.tsx";

/** Signs in again; the connection keeps its id, settings and links, and waiting work goes on by itself. */
export function ReconnectButton({ connection, look = "primary" }: { connection: Connection; look?: ButtonLook }) {
  const [open, setOpen] = useState(false);
  const providers = useProviders();
  const reconnect = useReconnect(connection.id);
  const name = connection.provider_name;
  const signIn = providers.data
    ?.find(({ id }) => id === connection.provider)
    ?.sign_in.find(({ kind }) => kind === connection.auth);
  const oauth = useOAuthWindow(
    async (returnTo) => {
      const { url } = await reconnect.mutateAsync(returnTo ? { return_to: returnTo } : {});
      if (!url) throw new Error(`${name} gave no address to sign in at.`);
      return url;
    },
    `/connections/${connection.id}`,
    name,
  );
  const isOAuth = connection.auth === "oauth2";
  const close = () => {
    setOpen(false);
    oauth.stop();
  };
  return (
    <>
      <Button
        look={look}
        data-key={look === "primary" ? "r" : undefined}
        onClick={() => {
          setOpen(true);
          if (isOAuth) oauth.open();
        }}
      >
        <RefreshCw aria-hidden className="size-4" />
        Reconnect {name}
      </Button>
      {open && (
        <Sheet
          open
          onClose={close}
          title={`Reconnect ${name}`}
          about={connection.account ? `Sign in as ${connection.account.name ?? connection.account.id}` : undefined}
        >
          {isOAuth ? (
            <div className="flex flex-col gap-4">
              {oauth.visit.state === "waiting" && (
                <>
                  <WaitingForConsent providerName={name} url={oauth.visit.url} onReopen={oauth.open} onClosed={close} />
                  <Watch connection={connection} onConnected={close} />
                </>
              )}
              {oauth.visit.state === "failed" && (
                <ReconnectProblem
                  problem={oauth.visit.problem}
                  action={<Button onClick={oauth.open}>Try again</Button>}
                />
              )}
              <p className="text-sm text-neutral">
                Sign in with the same account: settings, mapping and links stay. Another account is refused; make a new
                connection for it.
              </p>
            </div>
          ) : (
            signIn && <CredentialsForm connection={connection} signIn={signIn} onDone={close} />
          )}
        </Sheet>
      )}
    </>
  );
}

// The answer of the visit reaches us through the server: the connection is connected again.
function Watch({ connection, onConnected }: { connection: Connection; onConnected: () => void }) {
  const latest = useConnection(connection.id, 1_500).data?.value;
  const isBack = latest?.status === "connected" && latest.updated_at !== connection.updated_at;
  const name = connection.provider_name;
  useEffect(() => {
    if (!isBack) return;
    notify(`${name} is connected again. Waiting calls now go through.`);
    onConnected();
  }, [isBack, name, onConnected]);
  return null;
}

function CredentialsForm({
  connection,
  signIn,
  onDone,
}: {
  connection: Connection;
  signIn: SignIn;
  onDone: () => void;
}) {
  const reconnect = useReconnect(connection.id);
  const [typed, setTyped] = useState(() => initialValues(signIn.fields));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const formId = useId();
  return (
    <form
      id={formId}
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const read = readForm(signIn.fields, typed);
        setErrors(read.errors);
        setProblem(null);
        if (Object.keys(read.errors).length > 0) return;
        const credentials = Object.fromEntries(
          Object.entries(read.values).map(([name, value]) => [name, String(value ?? "")]),
        );
        reconnect.mutate(
          { credentials },
          {
            onSuccess: () => {
              notify(`${connection.provider_name} is connected again. Waiting calls now go through.`);
              onDone();
            },
            onError: (error) => {
              const failure = toProblem(error);
              const found = errorsByField(failure, Object.keys(credentials));
              setErrors(found.fields);
              setProblem(Object.keys(found.fields).length > 0 ? null : failure);
            },
          },
        );
      }}
    >
      <GeneratedFields
        fields={signIn.fields}
        values={typed}
        errors={errors}
        onChange={(name, value) => setTyped((now) => ({ ...now, [name]: value }))}
      />
      {problem && <ReconnectProblem problem={problem} />}
      <Button type="submit" look="primary" className="self-end" busy={reconnect.isPending}>
        Check and reconnect
      </Button>
    </form>
  );
}

function ReconnectProblem({ problem, action }: { problem: Problem; action?: React.ReactNode }) {
  return (
    <Banner tone="error" live title={problem.title} actions={action}>
      <p>
        {problem.detail} {problem.action}
      </p>
      <ProblemReference problem={problem} />
    </Banner>
  );
}
