export type { Coverage, CoverageStatus } from './capture/coverage.ts';
export { createDeedlog, type DeedlogOptions } from './capture/create-deedlog.ts';
export { cleanContext } from './capture/context.ts';
export { createActivity, type NewActivity } from './capture/create-activity.ts';
export type { Deedlog, TrackOptions, WithIntentOptions } from './capture/deedlog.ts';
export type { Audit, Intent, IntentOptions } from './capture/intent.ts';
export type { Flow } from './capture/flow.ts';
export type { IgnoreRules, OnlyRules } from './capture/ignore.ts';
export type { Receipt, ReceiptStatus } from './capture/receipt.ts';
export type { ResumeOptions, RunOptions, SerializedContext } from './capture/scope.ts';
export type { MaybeActor } from './capture/maybe-actor.ts';
export type { OnProblem } from './capture/settings.ts';
export { PROBLEMS_KEY } from './capture/prepare.ts';
export type { ActivityFacts, ActivityInput } from './capture/track-activity.ts';
export type { AuditedChange, AuditedUpdate } from './capture/track-change.ts';
export type { AuthType, LoginInput, LogoutInput } from './capture/track-login.ts';
export type { Counters } from './deliver/counters.ts';
export { DEFAULT_FAILURE_POLICY, type FailurePolicy } from './deliver/failure-policy.ts';
export { GAP_ACTION } from './deliver/gap.ts';
export { memoryStore, type MemoryStore } from './deliver/memory-store.ts';
export { queuedSink, type QueueCounters, type QueuedSink, type QueuedSinkOptions } from './deliver/queued-sink.ts';
export type { Sink, SinkLoss } from './deliver/sink.ts';
export type { Spool } from './deliver/spool.ts';
export type { EntityChange, Explanation, Placement, Store, ToldTarget, TransactionActivity, TransactionHooks, TriggeredEffects, WriteInTransaction, WriteOptions } from './deliver/store.ts';
export { coreErrors, DeedlogError, defineErrors, type CoreErrorCode, type ErrorEntry, type ErrorFactory } from './errors.ts';
export { chartFrom, chartRange, type ChartRange } from './read/chart-of.ts';
export { createReader, type ReaderOptions } from './read/create-reader.ts';
export type { Position } from './read/cursor.ts';
export { DATA_SUBJECT } from './read/data-subject.ts';
export {
  MAX_EFFECTS,
  UNEXPLAINED_ACTIONS,
  type ActivityChart,
  type ActivityItem,
  type ActivityPage,
  type ActorItem,
  type ChangeItem,
  type ChartBucket,
  type EffectItem,
  type FindingItem,
  type ModelItem,
  type OnBehalfOfItem,
  type TailBatch,
} from './read/item.ts';
export type { ColumnFilter, FoundPage, FoundRecord, FoundTail, LogSource, PageSearch, Search, SearchFilter, TextPart } from './read/log-source.ts';
export { memoryReader, type MemoryReaderOptions } from './read/memory-reader.ts';
export { modelShapes } from './read/model-shapes.ts';
export { READ_ACTION, recordReads, type RecordReadsOptions } from './read/record-reads.ts';
export { EVERY_MODEL, type Authorize, type ReadPolicy } from './read/policy.ts';
export { DEFAULT_LIMIT, MAX_BUCKETS, MAX_LIMIT, MAX_TEXT, type ActivityFilter, type ActivityQuery, type ChartQuery, type Cursor } from './read/query.ts';
export { MAX_OBJECTS, type LogView, type ObjectReference, type Reader } from './read/reader.ts';
export { effectOfId, unexplainedId } from './read/to-item.ts';
export { timeOfText } from './read/time-of-text.ts';
export { SEPARATORS } from './read/words.ts';
export { defineActions, normalizeAction, STANDARD_VERBS, type ActionCatalogue, type ActionDefinition, type ActionName } from './record/action.ts';
export type { Activity, ActivityContext, Observer } from './record/activity.ts';
export {
  actorColumns,
  actorFromClaims,
  anonymousActor,
  knownActorColumns,
  systemActor,
  userActor,
  type ActClaim,
  type Actor,
  type ActorClaims,
  type ActorColumns,
  type ActorKind,
  type ActorLink,
} from './record/actor.ts';
export { createDiff, toValueShape, type Change, type Changes, type CreateDiffOptions } from './record/changes.ts';
export { CHANGED_KEY, UNKNOWN, type Effect, type EffectChanges, type EffectOp } from './record/effect.ts';
export type { DurableEffect, WrittenEffect } from './record/durable-effect.ts';
export { fieldTreatments, type FieldPath, type FieldSelection, type FieldTreatments, type Treatment } from './record/fields.ts';
export {
  DEFAULT_MODEL,
  type ActivityModel,
  type AuditColumns,
  type FillFacts,
  type ModelColumn,
  type ModelColumnType,
  type ModelFact,
  type ModelName,
  type ModelSetting,
  type ModelSettings,
  type ModelShape,
  type OwnColumns,
} from './record/model.ts';
export { createId } from './record/id.ts';
export { renderMessage } from './record/message.ts';
export { endingOfCode, endingOfError, type Ending, type Outcome } from './record/outcome.ts';
export { createDenyRule, REDACTED, type IsDenied, type RedactOptions } from './record/redact.ts';
export { redactText } from './record/redact-text.ts';
export type { RecordedHeaders, RecordedRequest, RecordedResponse, RequestRecord, RequestType } from './record/request-record.ts';
export { cleanText, LIMITS, safeText } from './record/safe-text.ts';
export { selectFields } from './record/select.ts';
export { toJson, type Json, type JsonObject } from './record/serialize.ts';
export type { Related, StoredRelated, Target, TargetColumns, TargetDescriber, TargetLike } from './record/target.ts';
export type { InferSchemaInput, StandardIssue, StandardResult, StandardSchemaV1 } from './standard-schema.ts';
