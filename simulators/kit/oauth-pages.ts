import type { Answer } from "./exchange.ts";
import { type Html, html, htmlPage } from "./html.ts";
import type { OAuthApp, OAuthServer } from "./oauth.ts";

export interface ConsentNeeds {
  oauth: OAuthServer;
  providerName: string;
  /** The accounts that the person at the page may choose from. */
  accounts(): Array<{ id: string; name: string; userId: string }>;
  /** Why these scopes cannot be granted to this app, or undefined. */
  refuseScopes(app: OAuthApp, required: string[], optional: string[]): string | undefined;
}

/** The page where a person allows an app to use an account, and what its two buttons do. */
export function createConsent({ oauth, providerName, accounts, refuseScopes }: ConsentNeeds) {
  return { show, decide };

  function show(query: URLSearchParams, chosenAccount?: string): Answer {
    const request = check(query);
    if ("problem" in request) return page(400, "Authorization failed", html`<p role="alert">${request.problem}</p>`);
    const choices = accounts().filter(({ id }) => chosenAccount === undefined || id === chosenAccount);
    if (choices.length === 0)
      return page(400, "Authorization failed", html`<p role="alert">This account does not exist.</p>`);
    return page(
      200,
      `Connect ${request.app.name} to ${providerName}`,
      html`<p>${request.app.name} asks to do this in your account:</p>
<ul>${request.scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>
<form method="post">
<fieldset><legend>Account</legend>${choices.map(
        (account, index) =>
          html`<p><label><input type="radio" name="account" value="${account.id}"${index === 0 ? html` checked` : ""}> ${account.name} (${account.id})</label></p>`,
      )}</fieldset>
${[...query].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<p><button name="decision" value="approve">Approve</button><button name="decision" value="deny">Deny</button></p>
</form>`,
    );
  }

  function decide(form: URLSearchParams): Answer {
    const request = check(form);
    if ("problem" in request) return page(400, "Authorization failed", html`<p role="alert">${request.problem}</p>`);
    const state = form.get("state");
    if (form.get("decision") !== "approve") {
      return redirect(request.redirectUri, {
        error: "access_denied",
        error_description: "The user denied access",
        state,
      });
    }
    const account = accounts().find(({ id }) => id === form.get("account"));
    if (!account) return page(400, "Authorization failed", html`<p role="alert">Choose an account.</p>`);
    const code = oauth.issueCode({
      clientId: request.app.clientId,
      accountId: account.id,
      userId: account.userId,
      scopes: request.scopes,
      redirectUri: request.redirectUri,
      ...(request.challenge === undefined ? {} : { challenge: request.challenge }),
    });
    return redirect(request.redirectUri, { code, state });
  }

  // An unknown app or address is never redirected to: that would make this page an open redirect.
  function check(query: URLSearchParams) {
    const app = oauth.app(query.get("client_id") ?? "");
    if (!app) return { problem: "This app is unknown: the client_id is missing or wrong." };
    const redirectUri = query.get("redirect_uri") ?? "";
    const isKnown =
      app.redirectUris.includes(redirectUri) || (app.redirectUris.includes("*") && URL.canParse(redirectUri));
    if (!isKnown) return { problem: "The redirect_uri does not match one that this app has registered." };
    const required = words(query.get("scope"));
    const optional = words(query.get("optional_scope"));
    const problem = refuseScopes(app, required, optional);
    if (problem) return { problem };
    const challenge = query.get("code_challenge") ?? undefined;
    if (challenge === undefined && oauth.settings.pkce === "required")
      return { problem: "A code_challenge is required." };
    if (challenge !== undefined && query.get("code_challenge_method") !== "S256") {
      return { problem: "code_challenge_method must be S256." };
    }
    return { app, redirectUri, scopes: [...new Set([...required, ...optional])], challenge };
  }
}

function words(text: string | null): string[] {
  return (text ?? "").split(/[\s,]+/).filter(Boolean);
}

function page(status: number, title: string, content: Html): Answer {
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body: htmlPage(title, content) };
}

function redirect(uri: string, fields: Record<string, string | null>): Answer {
  const target = new URL(uri);
  for (const [name, value] of Object.entries(fields)) if (value !== null) target.searchParams.set(name, value);
  return { status: 302, headers: { location: target.href } };
}
