import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { CornerDownLeft, type LucideIcon, Search, Waypoints } from "lucide-react";
import { useState } from "react";
import { useConnections } from "../data/connections.ts";
import { live } from "../data/live.ts";
import { connectionLooks } from "../ui/status.tsx";
import { rooms } from "./rooms.ts";

interface Suggestion {
  id: string;
  icon: LucideIcon;
  text: string;
  aside: string;
  go: () => void;
}

/** One box for everything: a page, a connection, or the way of any id, phone or e-mail. */
export function SearchDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed top-[10vh] left-1/2 z-40 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-float outline-none">
          <Dialog.Title className="sr-only">Search and trace</Dialog.Title>
          <SearchBox onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function SearchBox({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const suggestions = useSuggestions(query.trim());
  const active = suggestions[Math.min(at, suggestions.length - 1)];
  const choose = (suggestion: Suggestion | undefined) => {
    if (!suggestion) return;
    onClose();
    suggestion.go();
  };
  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-4">
        <Search aria-hidden className="size-4 text-neutral" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls="search-suggestions"
          aria-activedescendant={active ? `search-${active.id}` : undefined}
          aria-label="Search and trace"
          placeholder="Paste an id, phone or e-mail, or type a name"
          className="h-12 w-full bg-transparent text-base outline-none"
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") setAt((now) => Math.min(now + 1, suggestions.length - 1));
            else if (event.key === "ArrowUp") setAt((now) => Math.max(now - 1, 0));
            else if (event.key === "Enter") choose(active);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div
        role="listbox"
        id="search-suggestions"
        aria-label="Suggestions"
        className="max-h-[50vh] overflow-y-auto p-1.5"
      >
        {suggestions.map((suggestion) => {
          const Icon = suggestion.icon;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the input that owns this list
            <div
              key={suggestion.id}
              id={`search-${suggestion.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={suggestion === active}
              className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-sm aria-selected:bg-hover"
              onClick={() => choose(suggestion)}
              onPointerMove={() => setAt(suggestions.indexOf(suggestion))}
            >
              <Icon aria-hidden className="size-4 shrink-0 text-neutral" />
              <span className="min-w-0 flex-1 truncate">{suggestion.text}</span>
              <span className="text-xs text-neutral">{suggestion.aside}</span>
              {suggestion === active && <CornerDownLeft aria-hidden className="size-3.5 text-neutral" />}
            </div>
          );
        })}
      </div>
    </>
  );
}

function useSuggestions(query: string): Suggestion[] {
  const navigate = useNavigate();
  const connections = useConnections(live.slow);
  const fits = (text: string) => text.toLowerCase().includes(query.toLowerCase());
  const trace: Suggestion[] = query
    ? [
        {
          id: "trace",
          icon: Waypoints,
          text: `Trace “${query}”`,
          aside: "where did it stop, and why",
          go: () => navigate({ to: "/trace", search: { q: query } }),
        },
      ]
    : [];
  const pages = rooms
    .filter(({ name }) => fits(name))
    .map(({ to, name, icon, letter }) => ({
      id: `room-${letter}`,
      icon,
      text: name,
      aside: `g ${letter}`,
      go: () => navigate({ to }),
    }));
  const accounts = (connections.data ?? [])
    .filter(({ provider_name, account, name }) => fits(`${provider_name} ${account?.name ?? ""} ${name ?? ""}`))
    .slice(0, 6)
    .map(({ id, provider_name, account, name, status }) => ({
      id,
      icon: connectionLooks[status].icon,
      text: `${provider_name}${name || account?.name ? ` · ${name ?? account?.name}` : ""}`,
      aside: connectionLooks[status].word,
      go: () => navigate({ to: "/connections/$id", params: { id } }),
    }));
  return [...trace, ...pages, ...accounts];
}
