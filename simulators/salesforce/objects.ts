import { type Field, readField } from "./fields.ts";

export interface ObjectType {
  name: string;
  label: string;
  labelPlural: string;
  keyPrefix: string;
  /** Whether the API may write it at all. */
  writable: boolean;
  /** By the lower-case name: names are not case-sensitive. */
  fields: Map<string, Field>;
}

const system = `Id id readonly
IsDeleted boolean readonly
CreatedDate datetime readonly
CreatedById reference readonly ->User
LastModifiedDate datetime readonly
LastModifiedById reference readonly ->User
SystemModstamp datetime readonly`;

const sources = "~Web|Phone_Inquiry|Partner_Referral|Purchased_List|Other";
const activity = `Subject string 255
WhoId reference ->Contact,Lead
WhatId reference ->Account,Opportunity
AccountId reference readonly ->Account
OwnerId reference ->User,Group
ActivityDate date
Description textarea`;

const written = {
  "Account 001": `Name string required
Phone phone
Fax phone
Website url
AccountNumber string 40
Type picklist ~Prospect|Customer_-_Direct|Customer_-_Channel|Other
Industry picklist ~Construction|Energy|Retail|Technology|Other
BillingStreet textarea 255
BillingCity string 40
BillingState string 80
BillingPostalCode string 20
BillingCountry string 80
Description textarea
ParentId reference ->Account
OwnerId reference ->User`,
  "Contact 003": `LastName string 80 required
FirstName string 40
Salutation picklist ~Mr.|Ms.|Mrs.|Dr.|Prof.
Name string 121 readonly
AccountId reference ->Account
Email email
Phone phone
MobilePhone phone
HomePhone phone
OtherPhone phone
AssistantPhone phone
Fax phone
Title string 128
Department string 80
LeadSource picklist ${sources}
MailingStreet textarea 255
MailingCity string 40
MailingState string 80
MailingPostalCode string 20
MailingCountry string 80
Birthdate date
DoNotCall boolean
HasOptedOutOfEmail boolean
Description textarea
MasterRecordId reference readonly ->Contact
OwnerId reference ->User`,
  "Lead 00Q": `LastName string 80 required
FirstName string 40
Salutation picklist ~Mr.|Ms.|Mrs.|Dr.|Prof.
Name string 121 readonly
Company string required
Email email
Phone phone
MobilePhone phone
Title string 128
Status picklist ~Open_-_Not_Contacted|Working_-_Contacted|Closed_-_Converted|Closed_-_Not_Converted default:Open_-_Not_Contacted
LeadSource picklist ${sources}
Rating picklist ~Hot|Warm|Cold
Website url
Street textarea 255
City string 40
State string 80
PostalCode string 20
Country string 80
DoNotCall boolean
HasOptedOutOfEmail boolean
Description textarea
IsConverted boolean readonly
ConvertedContactId reference readonly ->Contact
ConvertedAccountId reference readonly ->Account
MasterRecordId reference readonly ->Lead
OwnerId reference ->User,Group`,
  "Opportunity 006": `Name string 120 required
StageName picklist required
CloseDate date required
Amount currency
Probability percent
AccountId reference ->Account
ContactId reference create-only ->Contact
Type picklist ~Existing_Business|New_Business
LeadSource picklist ${sources}
NextStep string 255
Description textarea
IsWon boolean readonly
IsClosed boolean readonly
OwnerId reference ->User`,
  "OpportunityContactRole 00K": `OpportunityId reference required create-only ->Opportunity
ContactId reference required ->Contact
Role picklist ~Decision_Maker|Business_User|Evaluator|Other
IsPrimary boolean`,
  "Task 00T": `${activity}
Status picklist ~Not_Started|In_Progress|Completed|Waiting_on_someone_else|Deferred default:Not_Started
Priority picklist ~High|Normal|Low default:Normal
IsClosed boolean readonly
CompletedDateTime datetime readonly
TaskSubtype picklist create-only =Task|Email|ListEmail|Cadence|Call|LinkedIn default:Task
CallType picklist =Inbound|Outbound|Internal
CallDurationInSeconds int
CallDisposition string 255
CallObject string 255`,
  "Event 00U": `${activity}
StartDateTime datetime
EndDateTime datetime
DurationInMinutes int
IsAllDayEvent boolean
Location string 255
ShowAs picklist =Busy|OutOfOffice|Free default:Busy`,
  "Note 002": `ParentId reference required create-only ->Account,Contact,Lead,Opportunity
Title string 80 required
Body textarea
IsPrivate boolean
OwnerId reference ->User`,
  "ContentNote 069": `Title string 255 required
Content base64
OwnerId reference readonly ->User`,
  "ContentDocumentLink 06A": `ContentDocumentId reference required create-only ->ContentNote
LinkedEntityId reference required create-only ->Account,Contact,Lead,Opportunity,Task,Event,User
ShareType picklist required =V|C|I
Visibility picklist =AllUsers|InternalUsers|SharedUsers`,
};

const readOnly = {
  "User 005": `Username string 80
FirstName string 40
LastName string 80
Name string 121
Email email
Phone phone
IsActive boolean
UserType picklist =Standard|AutomatedProcess
TimeZoneSidKey picklist`,
  "Group 00G": `Name string 40
DeveloperName string 80
Type picklist =Queue|Regular`,
  "OpportunityStage 01J": `MasterLabel string
ApiName string
IsActive boolean
IsWon boolean
IsClosed boolean
SortOrder int
DefaultProbability percent`,
  "Organization 00D": `Name string 80
OrganizationType picklist
IsSandbox boolean
TimeZoneSidKey picklist`,
};

/** The objects of an org, made anew for each so that one org's custom fields stay its own. */
export function standardObjects(): Map<string, ObjectType> {
  const types = [
    ...Object.entries(written).map(([title, lines]) => objectType(title, lines, true)),
    ...Object.entries(readOnly).map(([title, lines]) => objectType(title, lines, false)),
  ];
  return new Map(types.map((type) => [type.name.toLowerCase(), type]));
}

function objectType(title: string, lines: string, writable: boolean): ObjectType {
  const [name = "", keyPrefix = ""] = title.split(" ");
  const label = name.replace(/([a-z])([A-Z])/g, "$1 $2");
  const labelPlural = label.endsWith("y") ? `${label.slice(0, -1)}ies` : `${label}s`;
  const fields = `${system}\n${lines}`.split("\n").map(readField);
  return {
    name,
    label,
    labelPlural,
    keyPrefix,
    writable,
    fields: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
  };
}
