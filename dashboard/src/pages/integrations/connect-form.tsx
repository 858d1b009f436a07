import { useCallback, useEffect, useId, useState } from "react";
import { toProblem } from "../../data/client.ts";
import { useCreateConnection, useStartOAuth } from "../../data/connections.ts";
import type { Agent, Problem, Provider, SignIn } from "../../data/types.ts";
import { GeneratedFields } from "../../features/generated-form.tsx";
import { useOAuthWindow } from "../../features/oauth-window.ts";
import { PreflightView } from "../../features/preflight-view.tsx";
import { WaitingForConsent } from "../../features/waiting-for-consent.tsx";
import { changedValues, errorsByField, type FieldErrors, initialValues, readForm } from "../../rules/form-values.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Field, inputClass, Select } from "../../ui/field.tsx";
import { ProblemReference } from "../../ui/region.tsx";

const signInWords: Record<SignIn["kind"], string> = {
  oauth2: "Sign in at the provider",
  api_key: "Paste a key",
  client_credentials: "Enter client credentials",
  webhook_url: "Paste an address",
};

/** One form: the way to sign in, what it needs, for which agent, and the settings that have no default. */
export function ConnectForm({
  provider,
  agents,
  onWaiting,
  onConnected,
}: {
  provider: Provider;
  agents: Agent[];
  onWaiting: (waiting: boolean) => void;
  onConnected: (connectionId: string) => void;
}) {
  const usable = provider.sign_in.filter(({ is_configured }) => is_configured);
  const [kind, setKind] = useState((usable[0] ?? provider.sign_in[0])?.kind);
  const signIn = provider.sign_in.find((way) => way.kind === kind) ?? provider.sign_in[0];
  const needed = provider.settings_fields.filter(({ required }) => required);
  const hasInbound = provider.webhooks !== null && provider.webhooks.routing === "key";
  const fields = [...(signIn?.fields ?? []), ...needed];
  const [typed, setTyped] = useState(() => initialValues(fields));
  const [agent, setAgent] = useState("");
  const [secret, setSecret] = useState("");
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const formId = useId();
  const create = useCreateConnection();
  const startOAuth = useStartOAuth();

  const shared = useCallback(() => {
    const settings = changedValues(readForm(needed, typed).values, {});
    return { provider: provider.id, settings, ...(agent ? { agent_id: agent } : {}) };
  }, [needed, typed, provider.id, agent]);

  const oauth = useOAuthWindow(
    async (returnTo) =>
      (await startOAuth.mutateAsync({ ...shared(), ...(returnTo ? { return_to: returnTo } : {}) })).url,
    `/integrations?connected=${provider.id}`,
    provider.name,
  );
  const isWaiting = oauth.visit.state === "waiting";
  useEffect(() => onWaiting(isWaiting), [isWaiting, onWaiting]);

  if (!signIn) return null;

  const fail = (failure: Problem) => {
    const found = errorsByField(failure, [...fields.map(({ name }) => name), "webhook_secret"]);
    setErrors(found.fields);
    setProblem(Object.keys(found.fields).length > 0 && found.rest.length === 0 ? null : failure);
    focusFirstError(formId);
  };

  const submit = async () => {
    const read = readForm(fields, typed);
    setErrors(read.errors);
    setProblem(null);
    if (Object.keys(read.errors).length > 0) return focusFirstError(formId);
    if (signIn.kind === "oauth2") return oauth.open();
    const credentials = Object.fromEntries(signIn.fields.map(({ name }) => [name, String(read.values[name] ?? "")]));
    const webhookSecret = secret.trim();
    try {
      const made = await create.mutateAsync({
        ...shared(),
        credentials,
        ...(webhookSecret ? { webhook_secret: webhookSecret } : {}),
      });
      onConnected(made.id);
    } catch (error) {
      fail(toProblem(error));
    }
  };

  const shownProblem = problem ?? (oauth.visit.state === "failed" ? oauth.visit.problem : null);
  return (
    <form
      id={formId}
      noValidate
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <PreflightView provider={provider} signIn={signIn} />
      <hr className="border-line" />
      {provider.sign_in.length > 1 && (
        <SignInChoice ways={provider.sign_in} chosen={signIn.kind} onChoose={(next) => setKind(next)} />
      )}
      {!signIn.is_configured && (
        <Banner tone="warn" title={`${provider.name} has no app on this server yet`}>
          <p>
            Its client id and secret are not set. Whoever runs this server adds them, then this button works. The{" "}
            <a className="underline" href={provider.links.documentation}>
              provider's documentation
            </a>{" "}
            shows where they come from.
          </p>
        </Banner>
      )}
      <GeneratedFields
        fields={fields}
        values={typed}
        errors={errors}
        onChange={(name, value) => setTyped((now) => ({ ...now, [name]: value }))}
      />
      {hasInbound && signIn.kind !== "oauth2" && (
        <Field
          label="Webhook secret"
          hint={`What ${provider.name} signs its webhooks with. Without it they are refused; you can add it later.`}
          error={errors.webhook_secret}
          required={false}
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
      )}
      <Field label="For" hint="One agent, or every agent of this tenant.">
        {(wiring) => (
          <Select
            {...wiring}
            tall
            className="w-full"
            value={agent}
            onChange={(event) => setAgent(event.target.value)}
            options={[
              { value: "", label: "Every agent" },
              ...agents.map(({ id, name }) => ({ value: id, label: `Only ${name}` })),
            ]}
          />
        )}
      </Field>
      <p className="text-xs text-neutral">Environment: production. Settings can be changed at any time afterwards.</p>
      {shownProblem && (
        <Banner tone="error" live title={shownProblem.title}>
          <p>
            {shownProblem.detail} {shownProblem.action} Nothing was saved.
          </p>
          <ProblemReference problem={shownProblem} />
        </Banner>
      )}
      {oauth.visit.state === "waiting" ? (
        <WaitingForConsent
          providerName={provider.name}
          url={oauth.visit.url}
          onReopen={oauth.open}
          onClosed={oauth.stop}
        />
      ) : (
        <div className="sticky -bottom-4 -mx-5 -mb-4 flex justify-end border-t border-line bg-raised px-5 py-3">
          <Button
            type="submit"
            look="primary"
            busy={create.isPending || oauth.visit.state === "opening"}
            disabled={!signIn.is_configured}
          >
            {signIn.kind === "oauth2"
              ? `Continue to ${provider.name}`
              : create.isPending
                ? "Checking …"
                : `Connect ${provider.name}`}
          </Button>
        </div>
      )}
    </form>
  );
}

function SignInChoice({
  ways,
  chosen,
  onChoose,
}: {
  ways: SignIn[];
  chosen: SignIn["kind"];
  onChoose: (kind: SignIn["kind"]) => void;
}) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-sm font-medium">How to sign in</legend>
      {ways.map(({ kind }) => (
        <label key={kind} className="flex min-h-7 items-center gap-2 text-sm">
          <input
            type="radio"
            name="sign-in"
            className="size-4 accent-accent-fill"
            checked={kind === chosen}
            onChange={() => onChoose(kind)}
          />
          {signInWords[kind]}
        </label>
      ))}
    </fieldset>
  );
}

/** The first control with a finding gets the focus once it is painted. */
export function focusFirstError(formId: string): void {
  requestAnimationFrame(() =>
    document.getElementById(formId)?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(),
  );
}
