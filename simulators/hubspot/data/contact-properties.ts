/**
 * The properties that every account has on contacts, in the short form that `default-properties.ts` reads:
 * `# group`, then `name | label | type/fieldType | flags | options`.
 * Flags: r read-only, c calculated, u unique, h hidden.
 */
export const contactProperties = `
# contactinformation
email | Email | string/text | u
firstname | First Name | string/text
lastname | Last Name | string/text
phone | Phone Number | phone_number/phonenumber
mobilephone | Mobile Phone Number | phone_number/phonenumber
fax | Fax Number | string/phonenumber
company | Company Name | string/text
jobtitle | Job Title | string/text
website | Website URL | string/text
address | Street Address | string/text
city | City | string/text
state | State/Region | string/text
zip | Postal Code | string/text
country | Country/Region | string/text
salutation | Salutation | string/text
date_of_birth | Date of birth | string/text
gender | Gender | string/text
marital_status | Marital Status | string/text
military_status | Military status | string/text
relationship_status | Relationship Status | string/text
school | School | string/text
degree | Degree | string/text
field_of_study | Field of study | string/text
graduation_date | Graduation date | string/text
start_date | Start date | string/text
work_email | Work email | string/text
job_function | Job function | string/text
seniority | Seniority | string/text
industry | Industry | string/text
numemployees | Number of Employees | enumeration/select | | 1-5,5-25,25-50,50-100,100-500,500-1000,1000+
annualrevenue | Annual Revenue | string/text
total_revenue | Total Revenue | number/number | rc
message | Message | string/textarea
lifecyclestage | Lifecycle Stage | enumeration/radio | | subscriber=Subscriber,lead=Lead,marketingqualifiedlead=Marketing Qualified Lead,salesqualifiedlead=Sales Qualified Lead,opportunity=Opportunity,customer=Customer,evangelist=Evangelist,other=Other
hs_lead_status | Lead Status | enumeration/radio | | NEW=New,OPEN=Open,IN_PROGRESS=In Progress,OPEN_DEAL=Open Deal,UNQUALIFIED=Unqualified,ATTEMPTED_TO_CONTACT=Attempted to Contact,CONNECTED=Connected,BAD_TIMING=Bad Timing
hs_language | Preferred language | enumeration/select | | en=English,en-us=English - United States,de=German,es=Spanish,fr=French,nl=Dutch,pt-br=Portuguese - Brazil
hs_timezone | Time Zone | enumeration/select | | us_slash_eastern=UTC -05:00 US Eastern,us_slash_central=UTC -06:00 US Central,us_slash_mountain=UTC -07:00 US Mountain,us_slash_pacific=UTC -08:00 US Pacific,europe_slash_berlin=UTC +01:00 Europe Berlin,utc=UTC
hs_buying_role | Buying Role | enumeration/checkbox | | BLOCKER=Blocker,BUDGET_HOLDER=Budget Holder,CHAMPION=Champion,DECISION_MAKER=Decision Maker,END_USER=End User,EXECUTIVE_SPONSOR=Executive Sponsor,INFLUENCER=Influencer,LEGAL_AND_COMPLIANCE=Legal and Compliance,OTHER=Other
hs_role | Employment Role | enumeration/select | | accounting=Accounting,business_development=Business Development,customer_success=Customer Success,education=Education,engineering=Engineering,finance=Finance,marketing=Marketing,operations=Operations,sales=Sales,support=Support
hs_seniority | Employment Seniority | enumeration/select | | director=Director,employee=Employee,entry=Entry,executive=Executive,manager=Manager,owner=Owner,partner=Partner,senior=Senior,vp=VP
hs_legal_basis | Legal basis for processing contact's data | enumeration/checkbox | | Legitimate interest – prospect/lead,Legitimate interest – existing customer,Legitimate interest - other,Performance of a contract,Freely given consent from contact,Not applicable
hs_persona | Persona | enumeration/radio
hs_content_membership_notes | Membership Notes | string/textarea
hs_content_membership_status | Status | enumeration/radio | | active=Active,inactive=Inactive
twitterhandle | Twitter Username | string/text
hs_linkedin_url | LinkedIn URL | string/text
hs_facebookid | Facebook ID | string/text | h
hs_whatsapp_phone_number | WhatsApp Phone Number | phone_number/phonenumber
hs_additional_emails | Additional email addresses | enumeration/checkbox
hs_all_contact_vids | Merged vids with timestamps of a contact | enumeration/checkbox | rh
hs_merged_object_ids | Merged Contact IDs | enumeration/checkbox | r
hs_calculated_merged_vids | Merged vids with timestamps | enumeration/checkbox | rch
hs_calculated_phone_number | Calculated Phone Number in International Format | string/text | rch
hs_calculated_phone_number_country_code | Phone number's country code | string/text | rch
hs_calculated_phone_number_area_code | Phone number's area code | string/text | rch
hs_calculated_phone_number_region_code | Phone number's region | string/text | rch
hs_calculated_mobile_number | Calculated Mobile Number in International Format | string/text | rch
hs_searchable_calculated_phone_number | Calculated Phone Number in searchable format | string/text | rch
hs_searchable_calculated_mobile_number | Calculated Mobile Number in searchable format | string/text | rch
hs_searchable_calculated_international_phone_number | Calculated Phone Number with international code | string/text | rch
hs_searchable_calculated_international_mobile_number | Calculated Mobile Number with international code | string/text | rch
hs_full_name_or_email | Full name or email | string/text | rc
hs_email_domain | Email Domain | string/text | rc
hs_object_id | Record ID | number/number | r
hs_object_source | Record creation source | string/text | rh
hs_object_source_id | Record creation source ID | string/text | rh
hs_object_source_label | Record source | enumeration/select | r | INTEGRATION=Integration,CRM_UI=CRM UI,IMPORT=Import,FORM=Form
hs_object_source_detail_1 | Record source detail 1 | string/text | r
hs_object_source_user_id | Record creation source user ID | number/number | rh
hs_created_by_user_id | Created by user ID | number/number | r
hs_updated_by_user_id | Updated by user ID | number/number | r
hs_unique_creation_key | Unique creation key | string/text | rh
hs_pipeline | Pipeline | enumeration/select
createdate | Create Date | datetime/date | r
lastmodifieddate | Last Modified Date | datetime/date | r
closedate | Close Date | datetime/date
days_to_close | Days To Close | number/number | rc
hs_is_contact | Is a contact | bool/booleancheckbox | rh
hs_is_unworked | Contact unworked | bool/booleancheckbox | r
hs_marketable_status | Marketing contact status | enumeration/select | r | true=Marketing contact,false=Non-marketing contact
hs_was_imported | Was imported | bool/booleancheckbox | rh
hs_created_by_conversations | Created by Conversations | bool/booleancheckbox | rh
hs_currently_enrolled_in_prospecting_agent | Currently enrolled in prospecting agent | bool/booleancheckbox | r
hs_count_is_unworked | Count of unengaged contacts | number/number | rch
hs_count_is_worked | Count of engaged contacts | number/number | rch
hs_time_between_contact_creation_and_deal_creation | Days between contact and deal creation | number/number | rc
hs_associated_target_accounts | Associated Target Accounts | number/number | rc
associatedcompanyid | Primary Associated Company ID | number/number
num_associated_deals | Number of Associated Deals | number/number | rc
recent_deal_amount | Recent Deal Amount | number/number | rc
recent_deal_close_date | Recent Deal Close Date | datetime/date | rc
first_deal_created_date | First Deal Created Date | datetime/date | rc
# sales_properties
hubspot_owner_id | Contact owner | enumeration/select
hubspot_owner_assigneddate | Owner Assigned Date | datetime/date | r
hubspot_team_id | HubSpot Team | enumeration/select | r
hs_all_owner_ids | All owner ids | enumeration/checkbox | r
hs_all_team_ids | All team ids | enumeration/checkbox | r
hs_all_accessible_team_ids | All teams | enumeration/checkbox | r
notes_last_contacted | Last Contacted | datetime/date | r
notes_last_updated | Last Activity Date | datetime/date | r
notes_next_activity_date | Next Activity Date | datetime/date | r
num_contacted_notes | Number of times contacted | number/number | r
num_notes | Number of Sales Activities | number/number | r
hs_last_sales_activity_date | Last Engagement Date (old) | datetime/date | rh
hs_last_sales_activity_timestamp | Last Engagement Date | datetime/date | r
hs_last_sales_activity_type | Type of last engagement | enumeration/select | r | EMAIL_OPEN=Email open,EMAIL_CLICK=Email click,EMAIL_REPLY=Email reply,MEETING_BOOKED=Meeting booked,FORM_SUBMITTED=Form submitted
hs_latest_meeting_activity | Latest meeting activity | datetime/date | rh
hs_sa_first_engagement_date | Date of first engagement | datetime/date | r
hs_sales_email_last_clicked | Recent Sales Email Clicked Date | datetime/date | r
hs_sales_email_last_opened | Recent Sales Email Opened Date | datetime/date | r
hs_sales_email_last_replied | Recent Sales Email Replied Date | datetime/date | r
hs_sequences_is_enrolled | Currently in Sequence | bool/booleancheckbox | r
hs_sequences_enrolled_count | Number of sequences enrolled | number/number | r
engagements_last_meeting_booked | Date of last meeting booked in meetings tool | datetime/date | r
engagements_last_meeting_booked_source | Source of last booking in meetings tool | string/text | r
hs_lead_response_time | Lead response time | number/number | rc
hs_time_to_first_engagement | Lead response time to first engagement | number/number | rc
hs_predictivecontactscore_v2 | Likelihood to close | number/number | r
hs_predictivescoringtier | Contact priority | enumeration/radio | r | tier_1=Very High,tier_2=High,tier_3=Medium,tier_4=Low
hubspotscore | HubSpot Score | number/number | rc
# emailinformation
hs_email_optout | Unsubscribed from all email | bool/booleancheckbox | r
hs_email_bounce | Marketing emails bounced | number/number | r
hs_email_click | Marketing emails clicked | number/number | r
hs_email_delivered | Marketing emails delivered | number/number | r
hs_email_open | Marketing emails opened | number/number | r
hs_email_replied | Marketing emails replied | number/number | r
hs_email_last_open_date | Last marketing email open date | datetime/date | r
hs_email_last_click_date | Last marketing email click date | datetime/date | r
hs_email_last_send_date | Last marketing email send date | datetime/date | r
hs_email_hard_bounce_reason_enum | Email hard bounce reason | enumeration/radio | r | UNKNOWN_USER=Unknown user,CONTENT=Content,POLICY=Policy,MAILBOX_FULL=Mailbox full,OTHER=Other
hs_email_quarantined | Email address quarantined | bool/booleancheckbox | r
hs_emailconfirmationstatus | Email Confirmation Status | enumeration/select | r | ALLOWED=Allowed,REQUESTED=Requested,CONFIRMED=Confirmed
# conversioninformation
first_conversion_date | First Conversion Date | datetime/date | r
first_conversion_event_name | First Conversion | string/text | r
recent_conversion_date | Recent Conversion Date | datetime/date | r
recent_conversion_event_name | Recent Conversion | string/text | r
num_conversion_events | Number of Form Submissions | number/number | r
num_unique_conversion_events | Number of Unique Forms Submitted | number/number | r
ip_city | IP City | string/text | r
ip_country | IP Country | string/text | r
ip_state | IP State/Region | string/text | r
ip_zipcode | IP Zipcode | string/text | h
# analyticsinformation
hs_analytics_source | Original Traffic Source | enumeration/select | | ORGANIC_SEARCH=Organic Search,PAID_SEARCH=Paid Search,EMAIL_MARKETING=Email Marketing,SOCIAL_MEDIA=Organic Social,REFERRALS=Referrals,OTHER_CAMPAIGNS=Other Campaigns,DIRECT_TRAFFIC=Direct Traffic,OFFLINE=Offline Sources,PAID_SOCIAL=Paid Social,AI_REFERRALS=AI Referrals
hs_analytics_source_data_1 | Original Traffic Source Drill-Down 1 | string/text | r
hs_analytics_source_data_2 | Original Traffic Source Drill-Down 2 | string/text | r
hs_latest_source | Latest Traffic Source | enumeration/select | r | ORGANIC_SEARCH=Organic Search,DIRECT_TRAFFIC=Direct Traffic,OFFLINE=Offline Sources
hs_latest_source_timestamp | Latest Traffic Source Date | datetime/date | r
hs_analytics_first_timestamp | Time First Seen | datetime/date | r
hs_analytics_last_timestamp | Time Last Seen | datetime/date | r
hs_analytics_first_url | First Page Seen | string/text | r
hs_analytics_last_url | Last Page Seen | string/text | r
hs_analytics_num_page_views | Number of Pageviews | number/number | r
hs_analytics_num_visits | Number of Sessions | number/number | r
hs_analytics_revenue | Event Revenue | number/number | r
hs_social_last_engagement | Time of Last Social Engagement | datetime/date | r
# lifecycle
hs_lifecyclestage_subscriber_date | Became a Subscriber Date | datetime/date | r
hs_lifecyclestage_lead_date | Became a Lead Date | datetime/date | r
hs_lifecyclestage_marketingqualifiedlead_date | Became a Marketing Qualified Lead Date | datetime/date | r
hs_lifecyclestage_salesqualifiedlead_date | Became a Sales Qualified Lead Date | datetime/date | r
hs_lifecyclestage_opportunity_date | Became an Opportunity Date | datetime/date | r
hs_lifecyclestage_customer_date | Became a Customer Date | datetime/date | r
hs_lifecyclestage_evangelist_date | Became an Evangelist Date | datetime/date | r
hs_lifecyclestage_other_date | Became an Other Lifecycle Date | datetime/date | r
`;
