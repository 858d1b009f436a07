/** Answers and events as HubSpot's documents show them; change what the test is about. */

export function aContact(
  changes: { id?: string; createdAt?: string; properties?: Record<string, string | null> } = {},
) {
  const { id = "501", createdAt = "2025-06-01T09:00:00.000Z", properties = {} } = changes;
  return {
    id,
    properties: {
      email: "jane@example.com",
      phone: "(407) 978-0655",
      mobilephone: null,
      hs_additional_emails: null,
      ...properties,
    },
    createdAt,
    updatedAt: createdAt,
    archived: false,
  };
}

export function aBatch(results: object[], errors: object[] = []) {
  return {
    status: "COMPLETE",
    results,
    ...(errors.length > 0 ? { numErrors: errors.length, errors } : {}),
    startedAt: "2026-02-15T14:35:02.000Z",
    completedAt: "2026-02-15T14:35:02.100Z",
  };
}

export function anError(changes: Record<string, unknown> = {}) {
  return {
    status: "error",
    message: "Invalid input JSON",
    correlationId: "aeb5f871-7f07-4993-9211-075dc63e7cbf",
    category: "VALIDATION_ERROR",
    ...changes,
  };
}

export function anEvent(changes: Record<string, unknown> = {}) {
  return {
    eventId: 3816279340,
    subscriptionId: 25,
    portalId: 33,
    appId: 1160452,
    occurredAt: 1767225600000,
    subscriptionType: "contact.propertyChange",
    attemptNumber: 0,
    objectId: 501,
    propertyName: "phone",
    propertyValue: "+14155550123",
    changeSource: "CRM_UI",
    ...changes,
  };
}
