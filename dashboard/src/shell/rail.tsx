import { Link } from "@tanstack/react-router";
import { rooms } from "./rooms.ts";

export function Mark({ size = 24 }: { size?: number }) {
  return <img src="/mark.svg" alt="" width={size} height={size} />;
}

/** The rooms, at the left: names from 1280 px, icons with their names for readers below. */
export function Rail() {
  return (
    <nav
      aria-label="Rooms"
      className="sticky top-0 flex h-dvh flex-col gap-1 border-e border-line bg-raised px-2 py-3 max-md:hidden"
    >
      <Link
        to="/"
        className="mb-3 flex h-8 items-center gap-2.5 rounded-md px-2 text-base font-semibold tracking-tight"
      >
        <Mark />
        <span className="max-xl:sr-only">Tieline</span>
      </Link>
      {rooms.map(({ to, name, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === "/", includeSearch: false }}
          title={name}
          className="flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-tint aria-[current=page]:text-accent"
        >
          <Icon aria-hidden className="size-[1.125rem] shrink-0" />
          <span className="max-xl:sr-only">{name}</span>
        </Link>
      ))}
    </nav>
  );
}

/** The same rooms under the thumb, below 768 px. */
export function BottomBar() {
  return (
    <nav
      aria-label="Rooms"
      className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-5 border-t border-line bg-raised pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {rooms.map(({ to, name, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === "/", includeSearch: false }}
          className="flex min-h-14 min-w-0 flex-col items-center justify-center gap-0.5 text-[0.6875rem] leading-4 font-medium text-neutral -outline-offset-2 aria-[current=page]:text-accent"
        >
          <Icon aria-hidden className="size-5" />
          <span className="max-w-full truncate px-0.5">{name}</span>
        </Link>
      ))}
    </nav>
  );
}
