import { ExternalLink, LoaderCircle } from "lucide-react";
import { Button, buttonClass } from "../ui/button.tsx";

/** While the provider's page is open. A closed window proves nothing, so the person says so. */
export function WaitingForConsent({
  providerName,
  url,
  onReopen,
  onClosed,
}: {
  providerName: string;
  url: string;
  onReopen: () => void;
  onClosed: () => void;
}) {
  return (
    <div role="status" className="flex flex-col gap-3 rounded-lg border border-line bg-sunken p-4">
      <p className="flex items-center gap-2 text-sm font-medium">
        <LoaderCircle aria-hidden className="size-4 animate-spin text-info" />
        Waiting for {providerName}
      </p>
      <p className="text-sm text-neutral">
        Finish signing in in the other window. This page notices by itself, also when that window has closed.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={onReopen}>Reopen the window</Button>
        <a href={url} target="_blank" rel="noreferrer" className={buttonClass("secondary")}>
          Open in a tab
          <ExternalLink aria-hidden className="size-4" />
        </a>
        <Button look="quiet" onClick={onClosed}>
          I closed it
        </Button>
      </div>
    </div>
  );
}
