import { Activity, Cable, KeyRound, type LucideIcon, PhoneCall, Webhook } from "lucide-react";

export interface Room {
  to: "/" | "/integrations" | "/calls" | "/webhooks/inbound" | "/developers/keys";
  name: string;
  icon: LucideIcon;
  /** Pressed after `g`. */
  letter: string;
}

export const rooms: Room[] = [
  { to: "/", name: "Status", icon: Activity, letter: "s" },
  { to: "/integrations", name: "Integrations", icon: Cable, letter: "i" },
  { to: "/calls", name: "Calls", icon: PhoneCall, letter: "c" },
  { to: "/webhooks/inbound", name: "Inbound log", icon: Webhook, letter: "w" },
  { to: "/developers/keys", name: "API keys", icon: KeyRound, letter: "k" },
];
