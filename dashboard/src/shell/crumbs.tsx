import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { Room } from "./rooms.ts";

/** The pages above this one, and this one's name. */
export interface Trail {
  above: { name: string; to: Room["to"] }[];
  here: string;
}

const SetTrail = createContext<(trail: Trail) => void>(() => {});
const CurrentTrail = createContext<Trail>({ above: [], here: "" });

export function Trails({ children }: { children: ReactNode }) {
  const [trail, setTrail] = useState<Trail>({ above: [], here: "" });
  return (
    <SetTrail value={setTrail}>
      <CurrentTrail value={trail}>{children}</CurrentTrail>
    </SetTrail>
  );
}

/** A page says where it is; the browser's title says so too. */
export function useTrail(here: string, above: Trail["above"] = []): void {
  const set = useContext(SetTrail);
  const key = JSON.stringify(above);
  useEffect(() => {
    set({ above: JSON.parse(key), here });
    document.title = here ? `${here} · Tieline` : "Tieline";
  }, [set, here, key]);
}

export function Crumbs() {
  const { above, here } = useContext(CurrentTrail);
  return (
    <nav aria-label="Breadcrumbs" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1 text-sm">
        {above.map(({ name, to }) => (
          <li key={to} className="flex items-center gap-1 max-sm:hidden">
            <Link
              to={to}
              className="inline-flex min-h-6 items-center rounded text-neutral hover:text-ink hover:underline"
            >
              {name}
            </Link>
            <ChevronRight aria-hidden className="size-3.5 text-neutral" />
          </li>
        ))}
        <li aria-current="page" className="truncate font-medium">
          {here}
        </li>
      </ol>
    </nav>
  );
}
