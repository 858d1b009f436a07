import type { Action, CallStepInput, Outcome, ProviderApi, Unit } from "#connector-kit";
import { toPlatformError } from "#core";
import { readBatch } from "../objects.ts";
import { settingsOf } from "../settings.ts";

/**
 * Enrols the contact in the connection's workflow. HubSpot's only enrolment is the legacy v2 one: one contact per request,
 * named by e-mail, with nothing to recognise an enrolment by. So after an unanswered request we enrol again; a contact that
 * is still in the workflow is not enrolled twice.
 */
export const workflow: Action<CallStepInput> = {
  batchSize: 100,
  identity: { kind: "none" },
  async perform(api, units) {
    const { workflow_id } = settingsOf(api);
    if (workflow_id === null) {
      return units.map(() => skipped("not_configured", "The connection names no workflow."));
    }
    const emails = await contactEmails(api, units);
    return Promise.all(
      units.map(({ input }) => enrol(api, workflow_id, input.contactId, emails.get(input.contactId ?? "") ?? null)),
    );
  },
};

/** The e-mail that HubSpot has: the caller may have given another one. */
async function contactEmails(api: ProviderApi, units: readonly Unit<CallStepInput>[]): Promise<Map<string, string>> {
  const ids = units.flatMap(({ input }) => (input.contactId === null ? [] : [input.contactId]));
  const rows = ids.length === 0 ? [] : await readBatch(api, "contacts", ids, { properties: ["email"] });
  return new Map(rows.flatMap(({ id, properties }) => (properties.email ? [[id, properties.email]] : [])));
}

async function enrol(
  api: ProviderApi,
  workflowId: string,
  contactId: string | null,
  email: string | null,
): Promise<Outcome> {
  if (contactId === null) return skipped("no_contact", "There is no contact to enrol.");
  if (email === null) return skipped("no_email", "HubSpot enrols by e-mail, and the contact has none.");
  try {
    await api.send({
      method: "POST",
      path: `/automation/v2/workflows/${encodeURIComponent(workflowId)}/enrollments/contacts/${encodeURIComponent(email)}`,
      effect: "write",
    });
    return { outcome: "created", externalId: `${workflowId}:${contactId}` };
  } catch (error) {
    return { outcome: "failed", error: toPlatformError(error) };
  }
}

function skipped(reason: string, detail: string): Outcome {
  return { outcome: "skipped", reason, detail };
}
