import { DEFAULT_LIMIT, MAX_LIMIT } from '@deedlog/core';

/** Most activities of one `auditLog` field: a list of objects has many of them. */
export const MAX_OBJECT_LOG = 100;
const OBJECT_LOG = 20;

/**
 * The SDL of what reads the log. No type of it leads back to your objects, so that no query can go in circles. Times are ISO 8601.
 */
export const AUDIT_READ_TYPE_DEFS: string = /* GraphQL */ `
"Any JSON."
scalar ActivityJSON

enum ActivityActorKind { user system anonymous }
enum ActivityOutcome { success failure denied unknown }

"Which activities. Every filter narrows."
input ActivityFilter {
  model: String
  "ISO 8601: occurred at this time or later."
  from: String
  "ISO 8601: occurred before this time."
  until: String
  actorId: String
  actorKind: ActivityActorKind
  "A whole action, invoice.approve, or all that begin so: invoice.*"
  action: String
  targetType: String
  "Needs targetType."
  targetId: String
  tool: String
  outcome: ActivityOutcome
  tenant: String
  observer: String
  "Own columns of the model by name."
  columns: ActivityJSON
  "Words; each is the beginning of a word of the activity."
  text: String
  correlationId: String
  requestId: String
  "Row changes that no activity explains. Only time, target and paging apply to them."
  unexplained: Boolean
}

type ActivityActor {
  kind: ActivityActorKind!
  id: String
  label: String
}

type ActivityOnBehalfOf {
  kind: ActivityActorKind!
  id: String
  label: String
  "By which means: impersonation, token, …"
  via: String
}

type ActivityRelated {
  role: String!
  type: String!
  id: String!
  label: String
}

type ActivityChange {
  field: String!
  old: ActivityJSON
  new: ActivityJSON
  "redact, hash or unknown: the values are not the real ones."
  treatment: String
}

"One row change."
type ActivityEffect {
  id: ID!
  at: String!
  table: String!
  "I, U, D, T or S: insert, update, delete, truncate, suppressed."
  op: String!
  key: String!
  "Field by name: the old and the new value."
  changes: ActivityJSON!
}

type Activity {
  id: ID!
  "When it occurred."
  timestamp: String!
  recordedAt: String!
  "Null: not known, which is not the same as anonymous."
  actor: ActivityActor
  "The chain behind the actor, nearest first."
  onBehalfOf: [ActivityOnBehalfOf!]
  action: String!
  outcome: ActivityOutcome!
  outcomeCode: String
  "Rendered."
  message: String
  objectType: String
  objectId: String
  objectLabel: String
  related: [ActivityRelated!]!
  tool: String
  reason: String
  input: ActivityJSON
  context: ActivityJSON!
  metadata: ActivityJSON!
  observer: String!
  source: String!
  tenant: String
  correlationId: String
  causationId: String
  model: String!
  "Own columns of the model."
  columns: ActivityJSON
  changes: [ActivityChange!]!
  effects: [ActivityEffect!]!
  "There are more effects than are listed."
  effectsCut: Boolean!
  "A row change that no activity explains."
  unexplained: Boolean!
}

type ActivityEdge {
  node: Activity!
  "Of the first and the last edge of a page: where it begins and ends. Else null."
  cursor: String
}

"Newest first. A page may hold fewer than first although it has a next one."
type ActivityConnection {
  edges: [ActivityEdge!]!
  nodes: [Activity!]!
  pageInfo: PageInfo!
  "How many the filter holds; an estimate where counting would take long, see totalCountExact."
  totalCount: Int!
  totalCountExact: Boolean!
}

type PageInfo {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

type ActivityBucket {
  "Its beginning."
  at: String!
  success: Int!
  failure: Int!
  denied: Int!
  unknown: Int!
}

type ActivityChart {
  from: String!
  until: String!
  buckets: [ActivityBucket!]!
  complete: Boolean!
}

type ActivityTail {
  nodes: [Activity!]!
  "Pass it to the next call as after."
  cursor: String!
  "Call again at once: there is more."
  more: Boolean!
}

type ActivityModelColumn {
  name: String!
  type: String!
  "The values that it can have, where they are listed."
  items: [ActivityJSON]
}

"A kind of activity."
type ActivityModel {
  name: String!
  "The model of activities that name no other."
  default: Boolean!
  "Own columns, hidden ones left out."
  columns: [ActivityModelColumn!]!
  "Names that are hidden from you."
  hidden: [String!]!
}

"What reconcile found wrong."
type ActivityFinding {
  "unexplained-effect, effectless-activity, broken-continuity, left-live-row, …"
  kind: String!
  table: String
  key: String
  field: String
  at: String
  databaseUser: String
  transaction: String
  activityId: String
  detail: String
}

extend type Query {
  "A page of the log. first: 1 to ${MAX_LIMIT}. after: endCursor of a page; before: startCursor, for what is newer."
  activities(filter: ActivityFilter, first: Int = ${DEFAULT_LIMIT}, after: String, before: String): ActivityConnection!
  activity(id: ID!): Activity
  "The whole history of an object: as target, as related, or by its row."
  objectHistory(type: String!, id: ID!, filter: ActivityFilter, first: Int = ${DEFAULT_LIMIT}, after: String, before: String): ActivityConnection!
  "Who read or changed what about a person."
  accessLog(id: ID!, filter: ActivityFilter, first: Int = ${DEFAULT_LIMIT}, after: String, before: String): ActivityConnection!
  activityChart(filter: ActivityFilter, buckets: Int = 60): ActivityChart!
  "What is new since a cursor; without one, nothing yet and a cursor for now. Ask again with it every few seconds."
  activityTail(filter: ActivityFilter, after: String): ActivityTail!
  "The models that you may read."
  activityModels: [ActivityModel!]!
  "Needs every tenant and model."
  activityFindings: [ActivityFinding!]!
}
`;

/** The SDL of the field `auditLog` of an object's type. */
export function auditLogTypeDefs(typeName: string): string {
  return /* GraphQL */ `
extend type ${typeName} {
  "Its whole history, newest first. first: 1 to ${MAX_OBJECT_LOG}."
  auditLog(first: Int = ${OBJECT_LOG}, after: String): ActivityConnection!
}
`;
}
