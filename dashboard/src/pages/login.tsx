import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { toProblem } from "../data/client.ts";
import { useSignIn } from "../data/session.ts";
import { Mark } from "../shell/rail.tsx";
import { Button } from "../ui/button.tsx";
import { Field, inputClass } from "../ui/field.tsx";

const route = getRouteApi("/login");

export function LoginPage() {
  const { return_to } = route.useSearch();
  const router = useRouter();
  const signIn = useSignIn();
  const [key, setKey] = useState("");
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    document.title = "Sign in · Tieline";
  }, []);
  const problem = signIn.error ? toProblem(signIn.error) : null;
  const error = missing
    ? "Paste a key first."
    : problem && `${problem.detail} ${problem.status === 401 ? "" : problem.action}`;
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <Mark size={36} />
          <div>
            <h1 className="text-xl font-semibold tracking-tight">Sign in to Tieline</h1>
            <p className="text-sm text-neutral">Calls, kept true in your CRM.</p>
          </div>
        </div>
        <form
          className="flex flex-col gap-4 rounded-xl border border-line bg-raised p-5 shadow-lift"
          onSubmit={(event) => {
            event.preventDefault();
            const trimmed = key.trim();
            setMissing(trimmed === "");
            if (trimmed) signIn.mutate(trimmed, { onSuccess: () => router.history.push(localPath(return_to)) });
          }}
        >
          <Field
            label="API key"
            hint="Begins with tl_. Whoever runs this server can issue one; it is kept in a cookie that pages cannot read."
            error={error ?? undefined}
          >
            {(wiring) => (
              <input
                {...wiring}
                type="password"
                autoComplete="current-password"
                spellCheck={false}
                className={inputClass}
                value={key}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </Field>
          <Button type="submit" look="primary" busy={signIn.isPending}>
            Sign in
          </Button>
        </form>
      </div>
    </main>
  );
}

// Only a path of ours: a link must not be able to send a person who just signed in somewhere else.
function localPath(path: string | undefined): string {
  return path?.startsWith("/") && !path.startsWith("//") && !path.includes("\\") ? path : "/";
}
