import { appointmentTimes, type CallStepInput, callReference } from "#connector-kit";
import { activityAction } from "../activity.ts";

/** The booked appointment as a meeting. The call reference stands in the notes that only the team sees. */
export const appointment = activityAction<CallStepInput>({
  type: "meetings",
  associationTypeId: 200,
  reference: ({ call }) => callReference(call.call_id),
  referenceProperty: "hs_internal_meeting_notes",
  skip: ({ call }) =>
    call.appointment_booked ? null : { reason: "no_appointment", detail: "The call booked no appointment." },
  properties({ call }) {
    if (!call.appointment_booked) return {};
    const { start, end } = appointmentTimes(call.appointment_booked);
    return {
      hs_timestamp: start,
      hs_meeting_title: `Appointment: ${call.customer_name ?? call.customer_phone ?? call.customer_email ?? "caller"}`,
      hs_meeting_body: call.call_summary ?? "",
      hs_internal_meeting_notes: callReference(call.call_id),
      hs_meeting_start_time: start,
      hs_meeting_end_time: end,
      hs_meeting_outcome: "SCHEDULED",
    };
  },
});
