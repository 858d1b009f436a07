import { Menu } from "@base-ui/react/menu";
import { useNavigate } from "@tanstack/react-router";
import { Check, CircleUserRound, Keyboard, LogOut, type LucideIcon, Monitor, Moon, Sun } from "lucide-react";
import { useSignOut } from "../data/session.ts";
import type { Session } from "../data/types.ts";
import { type Theme, themes, useTheme } from "./theme.ts";

const themeWords: Record<Theme, { word: string; icon: LucideIcon }> = {
  system: { word: "As the system", icon: Monitor },
  light: { word: "Light", icon: Sun },
  dark: { word: "Dark", icon: Moon },
};
const itemClass =
  "touch flex h-8 cursor-pointer items-center gap-2 rounded-md px-2 text-sm outline-none select-none data-[highlighted]:bg-hover";

export function ProfileMenu({ session, onHelp }: { session: Session; onHelp: () => void }) {
  const [theme, setTheme] = useTheme();
  const signOut = useSignOut();
  const navigate = useNavigate();
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label="Profile and theme"
        className="touch inline-flex size-8 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-ink"
      >
        <CircleUserRound aria-hidden className="size-[1.125rem]" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className="z-50">
          <Menu.Popup className="w-60 rounded-xl border border-line bg-raised p-1.5 shadow-float outline-none">
            <Menu.Group>
              <Menu.GroupLabel className="px-2 py-1.5 text-sm">
                <span className="block truncate font-medium">{session.key.name}</span>
                <span className="block truncate text-xs text-neutral">
                  {session.is_host ? "Acts for every tenant" : session.tenant?.name}
                </span>
              </Menu.GroupLabel>
            </Menu.Group>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.RadioGroup value={theme} onValueChange={setTheme} aria-label="Theme">
              {themes.map((value) => {
                const { word, icon: Icon } = themeWords[value];
                return (
                  <Menu.RadioItem key={value} value={value} closeOnClick={false} className={itemClass}>
                    <Icon aria-hidden className="size-4 text-neutral" />
                    <span className="flex-1">{word}</span>
                    <Menu.RadioItemIndicator>
                      <Check aria-hidden className="size-4 text-accent" />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                );
              })}
            </Menu.RadioGroup>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Item className={itemClass} onClick={onHelp}>
              <Keyboard aria-hidden className="size-4 text-neutral" />
              Keyboard
            </Menu.Item>
            <Menu.Item
              className={itemClass}
              onClick={() => signOut.mutate(undefined, { onSettled: () => navigate({ to: "/login" }) })}
            >
              <LogOut aria-hidden className="size-4 text-neutral" />
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
