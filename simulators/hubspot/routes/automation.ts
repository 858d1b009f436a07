import type { Answer } from "#simulators/kit";
import type { Call, Routes } from "../api.ts";
import { HubSpotError, invalid, notFound } from "../errors.ts";
import { requireRecord, typeOf } from "../lookup.ts";
import type { Workflow } from "../portal.ts";

export const automationRoutes: Routes = (add) => {
  const scopes = () => [["automation"]];
  for (const version of ["v2", "v3"]) {
    add("GET", `/automation/${version}/workflows`, { handle: list, scopes });
    add("GET", `/automation/${version}/workflows/:workflow`, { handle: read, scopes });
  }
  add("POST", "/automation/v2/workflows/:workflow/enrollments/contacts/:email", { handle: enrol, scopes });
  add("DELETE", "/automation/v2/workflows/:workflow/enrollments/contacts/:email", { handle: unenrol, scopes });
  add("POST", "/automation/sequences/enrollments", {
    handle: enrolInSequence,
    scopes: () => [["automation.sequences.enrollments.write"]],
  });
};

function list({ portal }: Call): Answer {
  return { status: 200, body: { workflows: portal.workflows.map(view) } };
}

function view({ id, name, enabled, enrollments }: Workflow) {
  return {
    id,
    name,
    type: "PROPERTY_ANCHOR",
    enabled,
    contactListIds: { enrolled: 0, active: 0 },
    enrolledContacts: enrollments.length,
  };
}

function workflowOf({ portal, params }: Call): Workflow {
  const found = portal.workflows.find(({ id }) => String(id) === params.workflow);
  if (!found) throw notFound(`Workflow ${params.workflow} does not exist`);
  return found;
}

function read(call: Call): Answer {
  return { status: 200, body: view(workflowOf(call)) };
}

function enrol(call: Call): Answer {
  const workflow = workflowOf(call);
  const contact = requireRecord(typeOf(call.portal, "contacts"), call.params.email ?? "", "email");
  if (!workflow.enabled)
    throw new HubSpotError(400, `Workflow ${workflow.id} is not active`, { category: "VALIDATION_ERROR" });
  const at = new Date(call.world.clock.now()).toISOString();
  // Already enrolled: HubSpot answers the same and does not start it again.
  if (!workflow.enrollments.some(({ contactId }) => contactId === contact.id)) {
    workflow.enrollments.push({ contactId: contact.id, email: call.params.email ?? "", at });
  }
  return { status: 204 };
}

function unenrol(call: Call): Answer {
  const workflow = workflowOf(call);
  const contact = requireRecord(typeOf(call.portal, "contacts"), call.params.email ?? "", "email");
  workflow.enrollments = workflow.enrollments.filter(({ contactId }) => contactId !== contact.id);
  return { status: 204 };
}

function enrolInSequence({ portal, query, body, world }: Call): Answer {
  const { contactId, sequenceId, senderEmail } = (body ?? {}) as Record<string, string>;
  if (!query.get("userId")) throw invalid("userId is required");
  if (!contactId || !sequenceId || !senderEmail) throw invalid("contactId, sequenceId and senderEmail are required");
  const contact = requireRecord(typeOf(portal, "contacts"), contactId);
  const enrolledAt = new Date(world.clock.now()).toISOString();
  return {
    status: 200,
    body: { id: portal.nextId(), toEmail: contact.properties.email ?? "", enrolledAt, updatedAt: enrolledAt },
  };
}
