// Short form: see contact-properties.ts.
const shared = `
hs_object_id | Record ID | number/number | r
hs_createdate | Object create date/time | datetime/date | r
hs_lastmodifieddate | Object last modified date/time | datetime/date | r
hs_created_by_user_id | Created by user ID | number/number | r
hs_updated_by_user_id | Updated by user ID | number/number | r
hs_object_source | Record creation source | string/text | rh
hs_object_source_id | Record creation source ID | string/text | rh
hs_object_source_label | Record source | string/text | r
hs_merged_object_ids | Merged object IDs | enumeration/checkbox | r
hs_unique_creation_key | Unique creation key | string/text | rh
hubspot_owner_id | Owner | enumeration/select
hubspot_owner_assigneddate | Owner assigned date | datetime/date | r
hubspot_team_id | HubSpot team | enumeration/select | r
hs_all_owner_ids | All owner IDs | enumeration/checkbox | r
`;

const activity = `${shared}
hs_timestamp | Activity date | datetime/date
hs_attachment_ids | Attached file IDs | enumeration/checkbox
hs_activity_type | Activity type | enumeration/select
hs_engagement_source | Engagement source | string/text | r
hs_engagement_source_id | Engagement source ID | string/text | r
hs_gdpr_deleted | GDPR deleted | bool/booleancheckbox | rh
hs_queue_membership_ids | Queue memberships | enumeration/checkbox
hs_body_preview | Body preview | string/text | rc
`;

export const noteProperties = `
# note
${activity}
hs_note_body | Note body | string/html
`;

export const callProperties = `
# call
${activity}
hs_call_title | Call title | string/text
hs_call_body | Call notes | string/html
hs_call_summary | Call summary | string/html
hs_call_direction | Call direction | enumeration/select | | INBOUND=Inbound,OUTBOUND=Outbound
hs_call_disposition | Call outcome | enumeration/select | | 9d9162e7-6cf3-4944-bf63-4dff82258764=Busy,f240bbac-87c9-4f6e-bf70-924b57d47db7=Connected,a4c4c377-d246-4b32-a13b-75a56a4cd0ff=Left live message,b2cf5968-551e-4856-9783-52b3da59a7d0=Left voicemail,73a0d17f-1163-4015-bdd5-ec830791da20=No answer,17b47fee-58de-441e-a44c-c6300d46f273=Wrong number
hs_call_duration | Call duration | number/number
hs_call_from_number | From number | string/text
hs_call_to_number | To number | string/text
hs_call_status | Call status | enumeration/select | | BUSY=Busy,CALLING_CRM_USER=Calling CRM user,CANCELED=Canceled,COMPLETED=Completed,CONNECTING=Connecting,FAILED=Failed,IN_PROGRESS=In progress,NO_ANSWER=No answer,QUEUED=Queued,RINGING=Ringing
hs_call_recording_url | Recording URL | string/text
hs_call_source | Call source | enumeration/select | | INTEGRATIONS_PLATFORM=Integrations Platform,CALLING_EXTENSION=Calling extension
hs_call_callee_object_id | Callee object ID | number/number
hs_call_callee_object_type_id | Callee object type | string/text
hs_call_external_id | External call ID | string/text
hs_call_has_transcript | Transcript available | bool/booleancheckbox | r
hs_call_has_voicemail | Has voicemail | enumeration/select | | true=True,false=False
hs_call_primary_deal | Primary deal | number/number | r
`;

export const meetingProperties = `
# meeting
${activity}
hs_meeting_title | Meeting name | string/text
hs_meeting_body | Meeting description | string/html
hs_internal_meeting_notes | Internal meeting notes | string/html
hs_meeting_external_url | External URL | string/text
hs_meeting_location | Meeting location | string/text
hs_meeting_location_type | Location type | enumeration/select | | PHONE=Phone,ADDRESS=Address,CUSTOM=Custom
hs_meeting_start_time | Meeting start time | datetime/date
hs_meeting_end_time | Meeting end time | datetime/date
hs_meeting_outcome | Meeting outcome | enumeration/select | | SCHEDULED=Scheduled,COMPLETED=Completed,RESCHEDULED=Rescheduled,NO_SHOW=No show,CANCELED=Canceled
hs_meeting_source | Meeting source | string/text
hs_meeting_source_id | Meeting source ID | string/text
hs_i_cal_uid | iCal UID | string/text
hs_guest_emails | Guest emails | string/text
`;

export const taskProperties = `
# task
${activity}
hs_task_subject | Task title | string/text
hs_task_body | Task notes | string/html
hs_task_status | Task status | enumeration/select | | NOT_STARTED=Not started,IN_PROGRESS=In progress,WAITING=Waiting,DEFERRED=Deferred,COMPLETED=Completed
hs_task_priority | Priority | enumeration/select | | NONE=None,LOW=Low,MEDIUM=Medium,HIGH=High
hs_task_type | Task type | enumeration/select | | EMAIL=Email,CALL=Call,TODO=To-do,LINKED_IN_CONNECT=LinkedIn connect,LINKED_IN_MESSAGE=LinkedIn message
hs_task_reminders | Reminders | string/text
hs_task_is_completed | Is completed | number/number | rc
hs_task_completion_date | Completed at | datetime/date | r
`;

export const emailProperties = `
# email
${activity}
hs_email_subject | Email subject | string/text
hs_email_text | Email body | string/textarea
hs_email_html | Email HTML body | string/html
hs_email_direction | Email direction | enumeration/select | | EMAIL=Email,INCOMING_EMAIL=Incoming,FORWARDED_EMAIL=Forwarded
hs_email_status | Email send status | enumeration/select | | BOUNCED=Bounced,FAILED=Failed,SCHEDULED=Scheduled,SENDING=Sending,SENT=Sent
hs_email_headers | Email headers | string/textarea
hs_email_from_email | From address | string/text | r
hs_email_to_email | To address | string/text | r
`;

export const companyProperties = `
# companyinformation
${shared}
name | Company name | string/text
domain | Company Domain Name | string/text
createdate | Create Date | datetime/date | r
website | Website URL | string/text
phone | Phone Number | phone_number/phonenumber
address | Street Address | string/text
address2 | Street Address 2 | string/text
city | City | string/text
state | State/Region | string/text
zip | Postal Code | string/text
country | Country/Region | string/text
timezone | Time Zone | string/text
industry | Industry | enumeration/select | | CONSTRUCTION=Construction,CONSUMER_SERVICES=Consumer Services,FACILITIES_SERVICES=Facilities Services,REAL_ESTATE=Real Estate,UTILITIES=Utilities,COMPUTER_SOFTWARE=Computer Software,INFORMATION_TECHNOLOGY_AND_SERVICES=Information Technology and Services,MARKETING_AND_ADVERTISING=Marketing and Advertising
description | Description | string/textarea
type | Type | enumeration/select | | PROSPECT=Prospect,PARTNER=Partner,RESELLER=Reseller,VENDOR=Vendor,OTHER=Other
numberofemployees | Number of Employees | number/number
annualrevenue | Annual Revenue | number/number
founded_year | Year Founded | string/text
lifecyclestage | Lifecycle Stage | enumeration/radio | | subscriber=Subscriber,lead=Lead,marketingqualifiedlead=Marketing Qualified Lead,salesqualifiedlead=Sales Qualified Lead,opportunity=Opportunity,customer=Customer,evangelist=Evangelist,other=Other
hs_lead_status | Lead Status | enumeration/radio | | NEW=New,OPEN=Open,IN_PROGRESS=In Progress,UNQUALIFIED=Unqualified,CONNECTED=Connected
linkedin_company_page | LinkedIn Company Page | string/text
hs_additional_domains | Additional Domains | enumeration/checkbox
hs_searchable_calculated_phone_number | Calculated Phone Number in searchable format | string/text | rch
num_associated_contacts | Number of Associated Contacts | number/number | rc
num_associated_deals | Number of Associated Deals | number/number | rc
`;

export const dealProperties = `
# dealinformation
${shared}
dealname | Deal Name | string/text
amount | Amount | number/number
dealstage | Deal Stage | enumeration/radio
pipeline | Pipeline | enumeration/select
closedate | Close Date | datetime/date
createdate | Create Date | datetime/date
dealtype | Deal Type | enumeration/radio | | newbusiness=New Business,existingbusiness=Existing Business
description | Deal Description | string/textarea
closed_lost_reason | Closed Lost Reason | string/textarea
closed_won_reason | Closed Won Reason | string/textarea
deal_currency_code | Currency | enumeration/select
hs_priority | Priority | enumeration/select | | low=Low,medium=Medium,high=High
hs_next_step | Next step | string/text
hs_is_closed | Is Deal Closed? | bool/booleancheckbox | rc
hs_is_closed_won | Is Closed Won | bool/booleancheckbox | rc
hs_is_closed_lost | Is Closed Lost | bool/booleancheckbox | rc
hs_deal_stage_probability | Deal probability | number/number | rc
hs_closed_amount | Closed Deal Amount | number/number | rc
hs_forecast_amount | Weighted amount | number/number | rc
amount_in_home_currency | Amount in company currency | number/number | rc
num_associated_contacts | Number of Associated Contacts | number/number | rc
`;
