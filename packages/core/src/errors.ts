/** What went wrong in one case, and what the reader can do about it. */
export interface ErrorEntry {
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * The one error class of deedlog. `code` is stable across versions; `remedy` says what to do.
 * Every package keeps a closed table of its codes and builds its errors with {@link defineErrors}.
 */
export class DeedlogError extends Error {
  override readonly name = 'DeedlogError';
  readonly code: string;
  readonly remedy: string;

  constructor(code: string, entry: ErrorEntry, options: { detail?: string; cause?: unknown } = {}) {
    const { detail, cause } = options;
    super(
      `${code}: ${entry.meaning}${detail === undefined ? '' : ` (${detail})`}. ${entry.remedy}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.remedy = entry.remedy;
  }
}

/** Makes an error of a closed table: `fail('ACTION_UNKNOWN', '"invoice.aprove"')`. */
export type ErrorFactory<Code extends string> = (code: Code, detail?: string, cause?: unknown) => DeedlogError;

/** Turns a closed table of codes into a factory that accepts these codes only. */
export function defineErrors<Code extends string>(table: Readonly<Record<Code, ErrorEntry>>): ErrorFactory<Code> {
  return (code, detail, cause) =>
    new DeedlogError(code, table[code], {
      ...(detail === undefined ? {} : { detail }),
      ...(cause === undefined ? {} : { cause }),
    });
}

/** Every code that `@deedlog/core` can throw or report. */
export type CoreErrorCode =
  | 'ACTION_INVALID'
  | 'ACTION_UNKNOWN'
  | 'ACTOR_INVALID'
  | 'ACTOR_MISSING'
  | 'ACTOR_RESOLVER_FAILED'
  | 'ACTOR_RESOLVER_MISSING'
  | 'CLOSED'
  | 'CONTEXT_INVALID'
  | 'CONTEXT_MISSING'
  | 'CONTEXT_RESOLVER_FAILED'
  | 'CURSOR_INVALID'
  | 'FACT_LATE'
  | 'INTENT_CALLBACK_FAILED'
  | 'INTENT_MISSING'
  | 'MESSAGE_INVALID'
  | 'MESSAGE_SLOT_EMPTY'
  | 'METADATA_INVALID'
  | 'MODEL_COLUMN_INVALID'
  | 'MODEL_COLUMN_MISSING'
  | 'MODEL_FILL_FAILED'
  | 'MODEL_INVALID'
  | 'MODEL_UNKNOWN'
  | 'NODE_TOO_OLD'
  | 'QUERY_INVALID'
  | 'READ_DENIED'
  | 'REASON_MISSING'
  | 'SINK_CLOSED'
  | 'SINK_FAILED'
  | 'SINK_OPTION_INVALID'
  | 'SINK_OVERFLOW'
  | 'SPOOL_FAILED'
  | 'SPOOL_MISSING'
  | 'STORE_MISSING'
  | 'STORE_WRITE_FAILED'
  | 'TARGET_INVALID';

/** The table behind {@link CoreErrorCode}; the README documents each row, and a test keeps the two equal. */
export const coreErrors: Readonly<Record<CoreErrorCode, ErrorEntry>> = {
  ACTION_INVALID: {
    meaning: 'the action is not of the form resource.verb in lower case',
    remedy: 'Write it like "invoice.approve", or set normalizeAction in createDeedlog.',
  },
  ACTION_UNKNOWN: {
    meaning: 'the action is not in the catalogue',
    remedy: 'Declare it with defineActions, or correct the name.',
  },
  ACTOR_INVALID: {
    meaning: 'the actor has no usable kind or id',
    remedy: 'Give { kind: "user" | "system", id } or { kind: "anonymous" }.',
  },
  ACTOR_MISSING: {
    meaning: 'nobody said who acts, and no scope is open',
    remedy: 'Pass actor, or wrap the code in deedlog.run({ actor: systemActor("job-name") }, fn).',
  },
  ACTOR_RESOLVER_FAILED: {
    meaning: 'the actor resolver threw, so the activity has no actor',
    remedy: 'Make the resolver return undefined where nobody is signed in, and never throw.',
  },
  ACTOR_RESOLVER_MISSING: {
    meaning: 'createDeedlog was given no actor resolver',
    remedy: 'Pass actor: (host) => host.user && userActor(host.user.id). deedlog never guesses an actor.',
  },
  CLOSED: {
    meaning: 'deedlog is closed and takes no more activities',
    remedy: 'Call close() after the last request has been answered.',
  },
  CONTEXT_INVALID: {
    meaning: 'the serialized context cannot be read',
    remedy: 'Pass the unchanged result of deedlog.serializeContext().',
  },
  CONTEXT_MISSING: {
    meaning: 'no scope is open here',
    remedy: 'Call it inside an audited procedure or mutation, or inside deedlog.run(context, fn).',
  },
  CONTEXT_RESOLVER_FAILED: {
    meaning: 'the context resolver threw, so the activity has no request context',
    remedy: 'Check the context option of createDeedlog; use requestContext of @deedlog/http.',
  },
  CURSOR_INVALID: {
    meaning: 'the cursor is not one that a page gave out',
    remedy: 'Pass next or previous of a page unchanged, with the same filters, or start without a cursor.',
  },
  FACT_LATE: {
    meaning: 'a fact about the intent came after its record was committed; it is stored as a second activity',
    remedy: 'Call audit.target, audit.reason and audit.metadata before the flush that commits.',
  },
  INTENT_CALLBACK_FAILED: {
    meaning: 'a target, reason, metadata or related callback threw, so that part of the record is missing',
    remedy: 'Make the callback total over the validated input.',
  },
  INTENT_MISSING: {
    meaning: 'no intent is open here',
    remedy: 'Call it inside an audited procedure or mutation, or inside deedlog.withIntent(options, fn).',
  },
  MESSAGE_INVALID: {
    meaning: 'the message template cannot be parsed',
    remedy: 'Write slots as {path.to.value}; write {{ and }} for braces.',
  },
  MESSAGE_SLOT_EMPTY: {
    meaning: 'a slot of the message has no value',
    remedy: 'Pass it in values, or correct the path in the template.',
  },
  METADATA_INVALID: {
    meaning: 'the metadata does not match the schema of its action',
    remedy: 'Give what the schema in defineActions asks for.',
  },
  MODEL_COLUMN_INVALID: {
    meaning: 'the value of an own column is not of its type',
    remedy: 'Give a value of the type that the model declares.',
  },
  MODEL_COLUMN_MISSING: {
    meaning: 'an own column that is not nullable has no value',
    remedy: 'Pass it to trackActivity, call audit.columns({ … }) before the flush, or give the model a fill in createDeedlog.',
  },
  MODEL_FILL_FAILED: {
    meaning: 'the fill of a model threw, so it filled no column',
    remedy: 'Make fill return values for every record, also where actor, target and tenant are null.',
  },
  MODEL_INVALID: {
    meaning: 'a model cannot be used as it is declared',
    remedy: 'Correct what is named here: a free table, a free column name, a supported type; a harmless name is allowed by redact: { allow: […] }.',
  },
  MODEL_UNKNOWN: {
    meaning: 'createDeedlog was given no model of this name',
    remedy: 'Add it to the models option, or correct the name.',
  },
  NODE_TOO_OLD: {
    meaning: 'this version of Node.js is not supported',
    remedy: 'Run Node.js 22.17 or newer.',
  },
  QUERY_INVALID: {
    meaning: 'a filter of the query cannot be read',
    remedy: 'Correct the filter that is named here; the documentation of ActivityQuery says what each takes.',
  },
  READ_DENIED: {
    meaning: 'this reader may not read this of the log',
    remedy: 'Let authorize return a policy with the tenants and models that this reader may see; without one everything is denied.',
  },
  REASON_MISSING: {
    meaning: 'the action requires a reason and none was given',
    remedy: 'Pass reason, or call audit.reason("…") before the flush.',
  },
  SINK_CLOSED: {
    meaning: 'a sink is closed, and records that it had not taken by then were dropped',
    remedy: 'Close it after the last request has been answered; a slow sink may need a longer closeTimeout of queuedSink.',
  },
  SINK_FAILED: {
    meaning: 'a sink refused records; the store has the activities among them',
    remedy: 'See the cause; the sink gets the next records as usual.',
  },
  SINK_OPTION_INVALID: {
    meaning: 'an option of queuedSink cannot be used',
    remedy: 'Give sizes and times as whole numbers from 1 to 2147483647, and overflow as "drop" or "wait".',
  },
  SINK_OVERFLOW: {
    meaning: 'records came faster than a sink takes them, and some were dropped; the store has the activities among them',
    remedy: 'Make the sink faster, raise capacity or maxCharacters of queuedSink, or choose overflow: "wait".',
  },
  SPOOL_FAILED: {
    meaning: 'the spool failed; an activity that it did not keep is lost and counted as a gap',
    remedy: 'Check that the spool can be written and read.',
  },
  SPOOL_MISSING: {
    meaning: 'an action has the failure policy "spool" and there is no spool',
    remedy: 'Pass spool to createDeedlog, for example fileSpool of @deedlog/spool.',
  },
  STORE_MISSING: {
    meaning: 'createDeedlog was given no store',
    remedy: 'Pass store: mikroOrmStore(orm), or memoryStore() in tests.',
  },
  STORE_WRITE_FAILED: {
    meaning: 'the store did not take the activity',
    remedy: 'See the cause. In a transaction the change was rolled back with it.',
  },
  TARGET_INVALID: {
    meaning: 'the target has no type or no id',
    remedy: 'Give { type, id }, or an entity that the store knows.',
  },
};

export const coreError: ErrorFactory<CoreErrorCode> = defineErrors(coreErrors);
