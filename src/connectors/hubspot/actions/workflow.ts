import type { Action, CallStepInput, Outcome, ProviderApi } from "#connector-kit";
import { toPlatformError } from "#core";
import { contactIsGone, readContacts } from "../missing-contacts.ts";
import type { Row } from "../objects.ts";
import { settingsOf } from "../settings.ts";

/**
 * Enrols the contact in the connection's workflow. HubSpot's only enrolment is the legacy v2 one: one contact per request,
 * named by e-mail, with nothing to recognise an enrolment by. So after an unanswered request we enrol again; a contact that
 * is still in the workflow is not enrolled twice.
 */
export const workflow: Action<CallStepInput> = {
  batchSize: 10, // side by side: what the limit lets through in a second, so that none waits long for its turn
  identity: { kind: "none" },
  isOn: (api) => settingsOf(api).workflow_id !== null,
  async perform(api, units) {
    const { workflow_id } = settingsOf(api);
    if (workflow_id === null) {
      return units.map(() => skipped("not_configured", "The connection names no workflow."));
    }
    // By the e-mail that HubSpot has: the caller may have given another one.
    const contacts = await readContacts(
      api,
      units.map(({ input }) => input.contactId),
      ["email"],
    );
    return Promise.all(units.map(({ input: { contactId } }) => enrol(api, workflow_id, contactId, contacts)));
  },
};

async function enrol(
  api: ProviderApi,
  workflowId: string,
  contactId: string | null,
  contacts: ReadonlyMap<string, Row>,
): Promise<Outcome> {
  if (contactId === null) return skipped("no_contact", "There is no contact to enrol.");
  const contact = contacts.get(contactId);
  if (!contact) return { outcome: "failed", error: contactIsGone() };
  const { email } = contact.properties;
  if (!email) return skipped("no_email", "HubSpot enrols by e-mail, and the contact has none.");
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
