import { useEffect, useRef, useSyncExternalStore } from "react";
import { recall, remember } from "./theme.ts";

export interface KeyboardActions {
  search: () => void;
  help: () => void;
  go: (letter: string) => boolean;
}

/** The product's keys. Letters do nothing while somebody types, and can be switched off. */
export function useKeyboard(actions: KeyboardActions): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    let leader = 0;
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        current.current.search();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || !letterKeysOn() || isTyping(event.target)) return;
      if (document.querySelector("[role=dialog]")) return;
      const afterG = Date.now() - leader < 1_500;
      leader = event.key === "g" ? Date.now() : 0;
      if (afterG && current.current.go(event.key)) event.preventDefault();
      else if (single(event.key)) event.preventDefault();
    };
    const single = (key: string): boolean => {
      if (key === "?") current.current.help();
      else if (key === "/") return focusOn("[data-filter]");
      else if (key === "j") return moveRow(1);
      else if (key === "k") return moveRow(-1);
      else if (key === "[") return press("[data-page=previous]");
      else if (key === "]") return press("[data-page=next]");
      else if (key === "r") return press("[data-key=r]");
      else return false;
      return true;
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function focusOn(selector: string): boolean {
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus();
  return element !== null;
}

function press(selector: string): boolean {
  const button = document.querySelector<HTMLButtonElement>(selector);
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

// A row's focus is its first link, so that Enter opens it.
function moveRow(step: 1 | -1): boolean {
  const links = [...document.querySelectorAll("[data-row]")].flatMap(
    (row) => row.querySelector<HTMLElement>("a, button") ?? [],
  );
  const at = links.findIndex((link) => link.closest("[data-row]")?.contains(document.activeElement));
  const next = links[at === -1 ? (step === 1 ? 0 : links.length - 1) : at + step];
  next?.focus();
  return links.length > 0;
}

const listeners = new Set<() => void>();

function letterKeysOn(): boolean {
  return recall("tieline.letter-keys") !== "off";
}

/** Whether single letters act, and a way to change it (WCAG 2.1.4). */
export function useLetterKeys(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, letterKeysOn);
  return [
    on,
    (next) => {
      remember("tieline.letter-keys", next ? null : "off");
      for (const listener of listeners) listener();
    },
  ];
}
