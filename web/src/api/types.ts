// The names under which the console uses the API's types.
//
// Owns: the choice of names; every other file imports from here, never from `schema.d.ts`.
// Follows: `schema.d.ts`, generated from openapi/lgsp.json by `npm run types`; a test holds it fresh.

import type { components, paths } from "./schema.d.ts";

export type { paths };

type Schemas = components["schemas"];

export type Text = Schemas["Sentence"];
/** A failure; one that never reached the server has no trace and no kind. */
export type Problem = Pick<Schemas["ProblemBody"], "title" | "status" | "code"> &
  Partial<Schemas["ProblemBody"]>;
export type FieldError = Schemas["FieldError"];

export type Me = Schemas["MeView"];
export type About = Schemas["About"];
export type Preferences = Schemas["Preferences"];
export type Language = Schemas["Language"];
export type RoleGrant = Schemas["GrantView"];
export type Role = Schemas["RoleView"];
export type Account = Schemas["AccountView"];
export type AccountKind = Schemas["Kind"];
export type Ownership = Schemas["OwnershipView"];
export type Token = Schemas["TokenView"];

export type Agency = Schemas["AgencyItem"];
export type AgencyDetail = Schemas["AgencyDetail"];
export type AgencyCode = Schemas["CodeSpec"];
export type AgencyLink = Schemas["Succession"];
export type CodeList = Schemas["CodeListSpec"];

export type Kind = Schemas["KindView"];
export type Resource = Schemas["Resource"];
export type Revision = Schemas["Revision"];
/** Any JSON may stand before and after; the document can only say "an object". */
export type Change = { pointer: string; before?: unknown; after?: unknown };

export type Group = Schemas["GroupView"];
export type GroupMember = Schemas["MemberView"];
export type Grant = Schemas["DatedGrantView"];
export type GrantList = Schemas["GrantsView"];
export type SecurityReport = Schemas["SecurityReport"];
export type GrantRequest = Schemas["GrantRequest"];
export type ImportReport = Schemas["ImportReport"];
export type SessionInfo = Schemas["SessionView"];
export type ListedSession = Schemas["ListedSessionView"];
export type LinkPurpose = Schemas["LinkPurpose"];
export type LinkDelivery = Schemas["LinkDelivery"];
export type Factor = Schemas["FactorView"];
export type PlannedMove = Schemas["PlannedMoveView"];
export type ImportLine = Schemas["ImportLine"];
export type Delegation = Schemas["Delegation"];
export type DelegatedRole = Schemas["DelegatedRole"];
export type Review = Schemas["ReviewCampaign"];
export type ReviewLine = Schemas["ReviewLine"];
export type ReviewDecision = Schemas["ReviewDecision"];
export type UnitHoldings = Schemas["UnitHoldings"];
export type PlannedUnitMove = Schemas["PlannedUnitMoveView"];
export type Explanation = Schemas["Explanation"];
export type Simulated = Schemas["Simulated"];
export type SigningKey = Schemas["KeyInfo"];
export type SamlPreview = Schemas["SamlSpPreview"];

export type ProviderCheck = Schemas["ProviderCheck"];
export type ClaimPreview = Schemas["ClaimPreview"];
export type ProviderLink = Schemas["ProviderLink"];
export type AccountRequest = Schemas["AccountRequest"];
export type ExternalIdentity = Schemas["ExternalIdentityView"];
export type DirectoryTest = Schemas["ConnectionTest"];
export type DirectoryRun = Schemas["RunView"];
export type RunMode = Schemas["RunMode"];
export type DirectoryConflict = Schemas["ConflictView"];
export type ConflictDecision = Schemas["ConflictDecision"];

export type System = Schemas["SystemItem"];
export type SystemSecret = Schemas["SecretItem"];

export type Party = Pick<Schemas["Party"], "code" | "name"> & Partial<Schemas["Party"]>;
export type DocumentRow = Schemas["DocumentItem"];
export type DocumentDetail = Schemas["DocumentDetail"];
export type Attachment = Schemas["AttachmentItem"];
export type Defect = Schemas["DefectItem"];
export type Copy = Schemas["CopyItem"];
export type Hop = Schemas["Hop"];
export type RelatedDocument = Schemas["RelatedItem"];
export type LetterRequest = Schemas["ComposeRequest"];
export type MailboxItem = Schemas["MailboxEntry"];

export type Delivery = Schemas["DeliveryItem"];
export type DeliveryDetail = Schemas["DeliveryDetail"];
export type Overview = Schemas["Overview"];
export type Flow = Schemas["Flow"];
export type FlowEnd = Schemas["FlowEnd"];
export type SeriesPoint = Schemas["SeriesPoint"];
export type RecentItem = Schemas["RecentItem"];
export type Alarm = Schemas["AlarmItem"];
export type UnmatchedStatus = Schemas["UnmatchedItem"];

export type JournalEvent = Schemas["EventView"];
export type Checkpoint = Schemas["Checkpoint"];
export type Verification = Schemas["Verification"];
