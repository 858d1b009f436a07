import { useCallback, useEffect, useRef, useState } from "react";
import { toProblem } from "../data/client.ts";
import type { Problem } from "../data/types.ts";

export type OAuthVisit =
  | { state: "idle" }
  | { state: "opening" }
  /** The provider's page is open; only the server knows how it ends, since many providers cut the tie to this window. */
  | { state: "waiting"; url: string }
  | { state: "failed"; problem: Problem };

/**
 * The provider's consent page in a window of its own, or in this tab where windows are blocked. `address` asks the
 * server for the page to open; `returnTo` is set when the visit ends in this tab.
 */
export function useOAuthWindow(
  address: (returnTo: string | null) => Promise<string>,
  returnTo: string,
  providerName: string,
) {
  const [visit, setVisit] = useState<OAuthVisit>({ state: "idle" });
  const popup = useRef<Window | null>(null);
  useEffect(() => () => popup.current?.close(), []);

  const open = useCallback(async () => {
    // Inside the click: later than that, browsers block it.
    const opened = window.open("", "tieline-sign-in", "popup,width=620,height=760");
    popup.current = opened;
    if (opened) paint(opened, providerName);
    setVisit({ state: "opening" });
    try {
      const url = await address(opened ? null : returnTo);
      if (!opened) {
        location.assign(url);
        return;
      }
      // The provider's page gets no hold on ours.
      opened.opener = null;
      opened.location.replace(url);
      setVisit({ state: "waiting", url });
    } catch (error) {
      opened?.close();
      setVisit({ state: "failed", problem: toProblem(error) });
    }
  }, [address, returnTo, providerName]);

  const stop = useCallback(() => {
    popup.current?.close();
    popup.current = null;
    setVisit({ state: "idle" });
  }, []);
  return { visit, open, stop };
}

function paint(target: Window, providerName: string): void {
  target.document.title = `Opening ${providerName}`;
  const line = target.document.createElement("p");
  line.textContent = `Opening ${providerName} …`;
  line.style.cssText = "font: 16px system-ui; margin: 30vh auto; text-align: center; color: CanvasText";
  target.document.documentElement.style.colorScheme = "light dark";
  target.document.body.replaceChildren(line);
}
