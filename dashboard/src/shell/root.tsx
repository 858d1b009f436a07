import { Link, Outlet } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { toProblem } from "../data/client.ts";
import { Announcements } from "../ui/announce.tsx";
import { buttonClass } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { ProblemBox } from "../ui/region.tsx";

export function Root() {
  return (
    <>
      <Outlet />
      <Announcements />
    </>
  );
}

export function NotFound() {
  return (
    <main className="mx-auto max-w-xl p-8">
      <h1 className="sr-only">Page not found</h1>
      <Empty
        icon={Compass}
        title="There is no page at this address"
        action={
          <Link to="/" className={buttonClass("primary")}>
            Go to Status
          </Link>
        }
      >
        The link may be old, or a letter is missing. Paste any id into the search to find its record.
      </Empty>
    </main>
  );
}

export function PageFailed({ error }: { error: unknown }) {
  return (
    <div className="mx-auto max-w-3xl p-6">
      <ProblemBox problem={toProblem(error)} what="this page" onRetry={() => location.reload()} />
    </div>
  );
}
