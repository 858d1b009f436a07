import type { Capability, Provider } from "../data/types.ts";

interface CapabilityWords {
  chip: string;
  reads?: string;
  writes?: string;
}

/** What a capability means for the person who is asked to allow it. */
export const capabilityWords: Record<Capability, CapabilityWords> = {
  contacts: {
    chip: "Contacts",
    reads: "Contacts, to find the person who called by phone or e-mail",
    writes: "A new contact when nobody matches; mapped fields of one that does",
  },
  notes: { chip: "Call notes", writes: "A note with the summary and transcript of each call" },
  messages: { chip: "Text messages", writes: "Each text message, received or sent" },
  recordings: { chip: "Recordings", writes: "The link to the call's recording" },
  appointments: { chip: "Appointments", writes: "The appointment a call ended with" },
  deals: { chip: "Deals", reads: "Pipelines and stages", writes: "A deal for a qualified call" },
  workflows: { chip: "Workflows", writes: "The contact's enrollment in the workflow you choose" },
  webhook_posts: { chip: "Webhook posts", writes: "Each finished call, posted to your hook's address" },
  incoming_calls: { chip: "Incoming calls", reads: "Finished calls, as the provider reports them" },
};

/** What a capability is called. A server that is newer than this page may know one more. */
export function capabilityChip(capability: Capability): string {
  return wordsOf(capability).chip;
}

function wordsOf(capability: Capability): CapabilityWords {
  return capabilityWords[capability] ?? { chip: String(capability).replaceAll("_", " ") };
}

/** The checks of a connection test that write at the provider. */
export function writeChecks(provider: Pick<Provider, "checks"> | null | undefined): string[] {
  return provider?.checks.filter(({ writes }) => writes).map(({ label }) => label) ?? [];
}

export interface Preflight {
  reads: string[];
  writes: string[];
  never: string[];
}

/** What a connection will and will not do, in sentences, before anybody agrees to it. */
export function preflight(capabilities: Capability[]): Preflight {
  const words = capabilities.map(wordsOf);
  const writes = words.flatMap(({ writes }) => writes ?? []);
  return {
    reads: words.flatMap(({ reads }) => reads ?? []),
    writes,
    never: [
      "Deletes anything in your account",
      ...(capabilities.includes("contacts") ? ["Overwrites a field that is not in your mapping"] : []),
      ...(writes.length === 0 ? ["Writes to your account"] : []),
      "Shows your credentials again, to anybody",
    ],
  };
}
