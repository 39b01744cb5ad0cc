// The administration API as the console uses it, in the shape that openapi-typescript writes.
//
// Owns: names and fields until the generated `schema.d.ts` takes this file's place.
// Not here: how requests are made (`client.ts`).

type Json = "application/json";

/** One operation: what it answers and what it takes. */
type Op<Answer, Query = never, Path = never, Body = never, Status extends number = 200> = {
  parameters: { query?: Query; header?: never; cookie?: never } & ([Path] extends [never]
    ? { path?: never }
    : { path: Path });
  responses: {
    [K in Status]: { headers: Record<string, unknown>; content: { [M in Json]: Answer } };
  };
} & ([Body] extends [never]
  ? { requestBody?: never }
  : { requestBody: { content: { [K in Json]: Body } } });
type Path<Methods> = Methods & { parameters: Record<string, never> };
type Id = { id: string };
type Paging = { limit?: number; cursor?: string };

export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
  total?: number | null;
}
export interface Text {
  vi: string;
  en: string;
}
export interface Party {
  code: string;
  name: string;
  /** Name of the agency's resource, where `code` is what stood in the message. */
  agency?: string;
}

export interface FieldError {
  pointer: string;
  code: string;
  messages: Text;
}
export interface Problem {
  type?: string;
  title: string;
  status: number;
  code: string;
  kind?: string;
  retryable?: boolean;
  trace_id?: string;
  messages?: Text;
  errors?: FieldError[];
}

export type Language = "vi" | "en";
export type Theme = "auto" | "light" | "dark";
export type Density = "comfortable" | "compact";
export interface Preferences {
  language: Language;
  theme: Theme;
  density: Density;
}
export interface RoleGrant {
  role: string;
  agency?: string | null;
  agency_name?: string | null;
}
export interface Me {
  account_id: string;
  username: string;
  display_name: string;
  agency?: Party | null;
  roles: RoleGrant[];
  permissions: string[];
  csrf_token?: string | null;
  preferences: Preferences;
  password_due?: boolean;
}
export interface About {
  product: string;
  version: string;
  province: string;
  province_name: string;
  demo: boolean;
  database: string;
  started_at: string;
}

export interface Token {
  id: string;
  name: string;
  created_at: string;
  expires_at?: string | null;
  last_used_at?: string | null;
}
export interface NewToken extends Token {
  token: string;
}

export type AccountKind = "administrator" | "operator" | "technical" | "service" | "official";
export interface Account {
  id: string;
  username: string;
  display_name: string;
  email?: string | null;
  kind: AccountKind;
  agency?: Party | null;
  enabled: boolean;
  locked: boolean;
  roles: RoleGrant[];
  last_sign_in_at?: string | null;
  created_at: string;
}
export interface Role {
  role: string;
  labels: Text;
  description?: Text | null;
  permissions: string[];
}

export interface AgencyCode {
  scheme: string;
  value: string;
  valid_from?: string | null;
  valid_to?: string | null;
  source?: string | null;
  demo: boolean;
}
export interface AgencyLink {
  agency: string;
  name?: string | null;
  date?: string | null;
  decision?: string | null;
  demo?: boolean;
}
export interface Agency {
  is_valid?: boolean;
  code: string;
  name: string;
  short_name?: string | null;
  level: string;
  parent?: string | null;
  codes: AgencyCode[];
  valid_from?: string | null;
  valid_to?: string | null;
  has_children: boolean;
  predecessors: AgencyLink[];
  successors: AgencyLink[];
}
export interface AgencyDetail extends Agency {
  path: Party[];
  systems: string[];
}

export interface CodeList {
  title: Text;
  items: { code: string; name: Text; abbreviation?: string | null }[];
}
export interface Kind {
  kind: string;
  plural: string;
  labels: Text;
  description: Text;
  schema: unknown;
}
export interface Resource {
  kind: string;
  name: string;
  agency?: string | null;
  revision: number;
  spec: unknown;
  updated_at: string;
  updated_by?: string | null;
}
export interface Revision {
  revision: number;
  agency?: string | null;
  spec?: unknown;
  at: string;
  actor: string;
}
export interface Change {
  pointer: string;
  before?: unknown;
  after?: unknown;
}
export interface Diff {
  from: number;
  to: number;
  changes: Change[];
  text: string;
}

export interface System {
  name: string;
  title: string;
  systemid: string;
  enabled: boolean;
  mode: string;
  agencies: Party[];
  waiting: number;
  last_seen_at?: string | null;
  sent_today: number;
  received_today: number;
}
export interface SystemSecret {
  id: string;
  created_at: string;
  retires_at?: string | null;
  last_used_at?: string | null;
}
export interface NewSecret {
  id: string;
  secret: string;
  created_at: string;
}

export interface Receiver extends Party {
  state?: string | null;
  transport?: string | null;
}
export interface DocumentRow {
  id: string;
  document_id: string;
  number?: string | null;
  subject: string;
  from: Party;
  to: Receiver[];
  to_count: number;
  business_type: number;
  priority: number;
  promulgation_date?: string | null;
  created_at: string;
  state_summary: string;
  has_attachments: boolean;
  alarms: string[];
}
export interface Attachment {
  index: number;
  name: string;
  media_type: string;
  size_bytes: number;
  sha256: string;
  form: string;
  broken: boolean;
}
export interface Defect {
  code: string;
  path?: string | null;
  offset?: number | null;
  labels: Text;
}
export interface StatusEvent {
  at: string;
  code: string;
  label: Text;
  description?: string | null;
  staff?: string | null;
  from?: Party | null;
  effect?: string;
}
export interface Copy {
  id: string;
  to: Party;
  transport: string;
  state: string;
  delivery_id?: string | null;
  delivery_state?: string;
  last_error?: string | null;
  fetched_at?: string | null;
  confirm_due_at?: string | null;
  history: StatusEvent[];
}
export interface Hop {
  at: string;
  actor?: string | null;
  event: string;
  from?: string | null;
  to?: string | null;
  digest?: string | null;
  detail?: unknown;
}
export interface RelatedDocument {
  relation: string;
  id: string;
  document_id: string;
  subject: string;
}
export interface Signer {
  competence?: string | null;
  position?: string | null;
  full_name?: string | null;
}
export interface DocumentDetail extends DocumentRow {
  content?: string | null;
  document_type?: string | null;
  signer?: Signer | null;
  due_date?: string | null;
  other_info?: unknown;
  reason?: string | null;
  is_withdrawn?: boolean;
  attachments: Attachment[];
  defects: Defect[];
  copies: Copy[];
  hops: Hop[];
  related: RelatedDocument[];
  digest: string;
  size_bytes: number;
  trace_id?: string | null;
}
export interface MailboxItem {
  document_id: string;
  copy_id: string;
  subject: string;
  number?: string | null;
  from: Party;
  to: Party;
  received_at: string;
  confirm_due_at?: string | null;
  due_date?: string | null;
  priority: number;
  state: string;
  transport?: string | null;
  is_late: boolean;
}

export interface Delivery {
  id: string;
  queue: string;
  address: string;
  lane?: string | null;
  subject?: string | null;
  state: string;
  attempts: number;
  next_at?: string | null;
  created_at: string;
  updated_at: string;
  last_error?: string | null;
  message_id?: string | null;
  document_id?: string | null;
  priority: number;
}
export interface LogItem {
  at: string;
  event: string;
  result: string;
  actor: string;
  detail?: unknown;
}
export interface DeliveryDetail extends Delivery {
  log: LogItem[];
}

export interface FlowEnd extends Party {
  group: string;
}
export interface Flow {
  from: FlowEnd;
  to: FlowEnd;
  documents: number;
  failed: number;
}
export interface SeriesPoint {
  at: string;
  accepted: number;
  delivered: number;
  failed: number;
}
export interface QueueState {
  queue: string;
  queued: number;
  leased: number;
  dead: number;
  oldest_ms?: number | null;
}
export interface RecentItem {
  at: string;
  document_id: string;
  subject: string;
  from: Party;
  to?: Party | null;
  state: string;
}
export interface Overview {
  as_of: string;
  figures: {
    documents: number;
    deliveries: number;
    waiting: number;
    failed: number;
    dead: number;
    late: number;
    oldest_waiting_ms?: number | null;
  };
  series: SeriesPoint[];
  flows: Flow[];
  queues: QueueState[];
  upstream?: {
    name: string;
    state: string;
    last_success_at?: string | null;
    waiting: number;
  } | null;
  recent: RecentItem[];
  alarms: Alarm[];
}
export interface Alarm {
  id: string;
  code: string;
  severity: string;
  agency?: string | null;
  agency_name?: string | null;
  document_id?: string | null;
  copy_id?: string | null;
  raised_at: string;
  due_at?: string | null;
  state: string;
  message: Text;
}

export interface JournalEvent {
  id: number;
  at: string;
  class: string;
  action: string;
  actor?: string | null;
  on_behalf_of?: string | null;
  ground?: string | null;
  address?: string | null;
  subject_kind?: string | null;
  subject?: string | null;
  agency?: string | null;
  result?: string | null;
  trace_id?: string | null;
  detail?: unknown;
  block?: number | null;
  hash?: string | null;
}
export interface Checkpoint {
  block: number;
  at: string;
  events: number;
  hash: string;
  signature?: string | null;
  key_id?: string | null;
}
export interface Verification {
  ok: boolean;
  events: number;
  blocks: number;
  first_bad?: unknown;
  lag_ms: number;
}

type KindName = { kind: string; name: string };

export interface paths {
  "/api/v1/me": Path<{ get: Op<Me> }>;
  "/api/v1/me/preferences": Path<{ patch: Op<Preferences, never, never, Partial<Preferences>> }>;
  "/api/v1/me/password": Path<{
    post: Op<unknown, never, never, { current: string; new: string }>;
  }>;
  "/api/v1/about": Path<{ get: Op<About> }>;
  "/api/v1/tokens": Path<{
    get: Op<Page<Token>>;
    post: Op<NewToken, never, never, { name: string; expires_at?: string }, 201>;
  }>;
  "/api/v1/tokens/{id}": Path<{ delete: Op<unknown, never, Id, never, 204> }>;
  "/api/v1/accounts": Path<{
    get: Op<Page<Account>, Paging & { q?: string; agency?: string }>;
    post: Op<
      Account,
      never,
      never,
      {
        username: string;
        display_name: string;
        email?: string;
        agency?: string;
        kind: AccountKind;
        password?: string;
      },
      201
    >;
  }>;
  "/api/v1/accounts/{id}": Path<{
    get: Op<Account, never, Id>;
    patch: Op<
      Account,
      never,
      Id,
      { display_name?: string; email?: string | null; enabled?: boolean; agency?: string }
    >;
  }>;
  "/api/v1/accounts/{id}/roles": Path<{
    put: Op<unknown, never, Id, { roles: { role: string; agency?: string }[] }>;
  }>;
  "/api/v1/accounts/{id}/password": Path<{ post: Op<unknown, never, Id, { password: string }> }>;
  "/api/v1/accounts/{id}/unlock": Path<{ post: Op<unknown, never, Id> }>;
  "/api/v1/roles": Path<{ get: Op<Page<Role>> }>;
  "/api/v1/agencies": Path<{
    get: Op<Page<Agency>, Paging & { parent?: string; q?: string; at?: string }>;
  }>;
  "/api/v1/agencies/{code}": Path<{ get: Op<AgencyDetail, never, { code: string }> }>;
  "/api/v1/code-lists/{name}": Path<{ get: Op<CodeList, never, { name: string }> }>;
  "/api/v1/kinds": Path<{ get: Op<Page<Kind>> }>;
  "/api/v1/resources/{kind}": Path<{
    get: Op<Page<Resource>, Paging & { q?: string }, { kind: string }>;
  }>;
  "/api/v1/resources/{kind}/{name}": Path<{
    get: Op<Resource, never, KindName>;
    put: Op<
      Resource,
      never,
      KindName,
      { agency?: string; spec: unknown; base_revision: number | null }
    >;
    delete: Op<unknown, never, KindName, never, 204>;
  }>;
  "/api/v1/resources/{kind}/{name}/revisions": Path<{
    get: Op<Page<Revision>, Paging, KindName>;
  }>;
  "/api/v1/resources/{kind}/{name}/diff": Path<{
    get: Op<Diff, { from?: number; to?: number }, KindName>;
  }>;
  "/api/v1/resources/{kind}/{name}/rollback": Path<{
    post: Op<Resource, never, KindName, { revision: number }>;
  }>;
  "/api/v1/agency-proposals/{name}/decide": Path<{
    post: Op<unknown, never, { name: string }, { is_accepted: boolean }>;
  }>;
  "/api/v1/systems": Path<{ get: Op<Page<System>, Paging & { q?: string }> }>;
  "/api/v1/systems/{name}": Path<{ get: Op<System, never, { name: string }> }>;
  "/api/v1/systems/{name}/secrets": Path<{
    get: Op<Page<SystemSecret>, never, { name: string }>;
    post: Op<NewSecret, { overlap_hours?: number }, { name: string }, never, 201>;
  }>;
  "/api/v1/systems/{name}/secrets/{id}": Path<{
    delete: Op<unknown, never, { name: string; id: string }, never, 204>;
  }>;
  "/api/v1/documents": Path<{
    get: Op<
      Page<DocumentRow>,
      Paging & {
        q?: string;
        direction?: string;
        agency?: string;
        business_type?: string;
        priority?: string;
        state?: string;
        late?: string;
        from?: string;
        to?: string;
      }
    >;
    post: Op<{ id: string; doc_id?: string | null }, never, never, { document: string }, 201>;
  }>;
  "/api/v1/documents/{id}": Path<{ get: Op<DocumentDetail, never, Id> }>;
  "/api/v1/documents/{id}/copies/{copy}/status": Path<{
    post: Op<unknown, never, { id: string; copy: string }, { code: string; description?: string }>;
  }>;
  "/api/v1/documents/{id}/revoke": Path<{ post: Op<unknown, never, Id, { reason: string }> }>;
  "/api/v1/documents/{id}/resend": Path<{ post: Op<unknown, never, Id, { copy?: string }> }>;
  "/api/v1/mailbox": Path<{
    get: Op<Page<MailboxItem>, Paging & { agency?: string; box?: string; q?: string }>;
  }>;
  "/api/v1/deliveries": Path<{
    get: Op<
      Page<Delivery>,
      Paging & { queue?: string; state?: string; q?: string; address?: string }
    >;
  }>;
  "/api/v1/deliveries/{id}": Path<{ get: Op<DeliveryDetail, never, Id> }>;
  "/api/v1/deliveries/{id}/redrive": Path<{ post: Op<unknown, never, Id> }>;
  "/api/v1/deliveries/{id}/cancel": Path<{ post: Op<unknown, never, Id, { reason: string }> }>;
  "/api/v1/deliveries/redrive": Path<{
    post: Op<{ redriven: number }, never, never, { queue?: string; ids?: string[] }>;
  }>;
  "/api/v1/exchange/overview": Path<{ get: Op<Overview, { window?: string }> }>;
  "/api/v1/alarms": Path<{ get: Op<Page<Alarm>, Paging & { state?: string }> }>;
  "/api/v1/alarms/{id}/acknowledge": Path<{ post: Op<unknown, never, Id> }>;
  "/api/v1/journal": Path<{
    get: Op<
      Page<JournalEvent>,
      Paging & {
        class?: string;
        actor?: string;
        action?: string;
        subject?: string;
        agency?: string;
        trace_id?: string;
        from?: string;
        to?: string;
      }
    >;
  }>;
  "/api/v1/journal/checkpoints": Path<{ get: Op<Page<Checkpoint>, Paging> }>;
  "/api/v1/journal/verify": Path<{ post: Op<Verification> }>;
}
