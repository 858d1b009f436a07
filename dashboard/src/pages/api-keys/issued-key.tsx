import type { ApiKeyCreated } from "../../data/types.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy.tsx";

/** The one time a secret is on a page. */
export function IssuedKey({ issued, onDone }: { issued: ApiKeyCreated; onDone: () => void }) {
  const curl = `curl ${location.origin}/v1/session -H "Authorization: Bearer ${issued.secret}"`;
  return (
    <div className="mb-5">
      <Banner
        tone="info"
        title={`${issued.name}: copy it now, it is shown once`}
        actions={<Button onClick={onDone}>I have it</Button>}
      >
        <p className="mt-1 flex items-center gap-1">
          <code className="font-mono text-xs break-all">{issued.secret}</code>
          <CopyButton text={issued.secret} what="the key" />
        </p>
        <p className="mt-1 flex items-center gap-1 text-soft">
          Try it: <code className="min-w-0 flex-1 truncate font-mono text-xs">{curl}</code>
          <CopyButton text={curl} what="the request" />
        </p>
      </Banner>
    </div>
  );
}
