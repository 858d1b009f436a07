import { Sheet } from "../ui/sheet.tsx";
import { useLetterKeys } from "./keyboard.ts";
import { rooms } from "./rooms.ts";

const groups: { name: string; keys: [keys: string, does: string][] }[] = [
  {
    name: "Anywhere",
    keys: [
      ["Ctrl K or ⌘ K", "Search, or trace any id, phone or e-mail"],
      ["?", "This help"],
      ["Esc", "Close, and go back to where you were"],
    ],
  },
  { name: "Go to", keys: rooms.map(({ letter, name }) => [`g ${letter}`, name]) },
  {
    name: "In a list",
    keys: [
      ["/", "Filter"],
      ["j / k", "Next or previous row"],
      ["Enter", "Open the row"],
      ["[ / ]", "Newer or older page"],
      ["r", "Retry or replay what is open"],
    ],
  },
];

export function HelpSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [letterKeys, setLetterKeys] = useLetterKeys();
  return (
    <Sheet open={open} onClose={onClose} title="Keyboard" about="Every page can be used without a pointer.">
      <div className="flex flex-col gap-5">
        {groups.map(({ name, keys }) => (
          <section key={name}>
            <h3 className="mb-1 text-sm font-semibold">{name}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <div
                  key={key}
                  className="flex items-baseline justify-between gap-4 border-b border-line py-1.5 text-sm"
                >
                  <dt className="text-soft">{does}</dt>
                  <dd>
                    <kbd className="rounded border border-control px-1.5 py-0.5 font-mono text-xs whitespace-nowrap">
                      {key}
                    </kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4 accent-accent-fill"
            checked={letterKeys}
            onChange={(event) => setLetterKeys(event.target.checked)}
          />
          Single letters act as shortcuts
        </label>
      </div>
    </Sheet>
  );
}
