import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/mikro-orm` can throw. */
export type MikroOrmErrorCode =
  | 'MIKRO_ORM_ALREADY_CONNECTED'
  | 'MIKRO_ORM_CAPTURE_MIXED'
  | 'MIKRO_ORM_DRIVER_UNSUPPORTED'
  | 'MIKRO_ORM_ENTITY_MANAGER_SHARED'
  | 'MIKRO_ORM_FIELD_NO_COLUMN'
  | 'MIKRO_ORM_FIELD_UNKNOWN'
  | 'MIKRO_ORM_HASH_KEY_MISSING'
  | 'MIKRO_ORM_KEY_NESTED'
  | 'MIKRO_ORM_MODEL_UNKNOWN'
  | 'MIKRO_ORM_TABLE_UNKNOWN'
  | 'MIKRO_ORM_TRANSACTION_INVALID'
  | 'MIKRO_ORM_TRIGGERS_DRIFTED'
  | 'MIKRO_ORM_TRIGGERS_SEPARATE_LOG'
  | 'MIKRO_ORM_VERSION_UNSUPPORTED'
  | 'MIKRO_ORM_WRITE_LATE'
  | 'SEPARATE_LOG_BUSINESS_NOT_READY'
  | 'SEPARATE_LOG_LEFT'
  | 'SEPARATE_LOG_NOT_READY'
  | 'SEPARATE_LOG_RELAY_FAILED'
  | 'SEPARATE_LOG_ROW_REFUSED'
  | 'SEPARATE_LOG_SAME_DATABASE';

/** The closed table of {@link MikroOrmErrorCode}. */
export const mikroOrmErrors: Readonly<Record<MikroOrmErrorCode, ErrorEntry>> = {
  MIKRO_ORM_ALREADY_CONNECTED: {
    meaning: 'this orm already has a deedlog; two would record everything twice',
    remedy: 'Create one deedlog for each orm and share it; close() the first one before you connect another.',
  },
  MIKRO_ORM_CAPTURE_MIXED: {
    meaning: 'entities of one table are declared auditable with different ways of capture, so a change would be told twice or not at all',
    remedy: 'Give all entities of a single-table inheritance the same capture; declare it on the base entity.',
  },
  MIKRO_ORM_DRIVER_UNSUPPORTED: {
    meaning: 'this orm does not speak to PostgreSQL',
    remedy: 'Use @mikro-orm/postgresql or @mikro-orm/pglite.',
  },
  MIKRO_ORM_ENTITY_MANAGER_SHARED: {
    meaning: 'one EntityManager is flushed by two requests or jobs, so a change would be told of the wrong one',
    remedy: 'Give each its own: orm.em.fork(), or RequestContext of MikroORM.',
  },
  MIKRO_ORM_FIELD_NO_COLUMN: {
    meaning: 'a field of an entity that triggers capture is in no column of its table, so no trigger can see it',
    remedy: 'Leave it out, name what holds it (the owning side, the whole JSON property), or use capture: "subscriber".',
  },
  MIKRO_ORM_FIELD_UNKNOWN: {
    meaning: 'auditable names a field that the entity does not have, or of which nothing is stored',
    remedy: 'Write the name of a property, or a path into an embedded object such as "address.city". A formula, a property that is not persisted and the inverse side of a 1:1 have no column.',
  },
  MIKRO_ORM_HASH_KEY_MISSING: {
    meaning: 'auditable treats a field by hash, and the store has no key',
    remedy: 'Pass hashKey, a secret text, to mikroOrmStore; without a key anybody could guess the values.',
  },
  MIKRO_ORM_KEY_NESTED: {
    meaning: 'an entity under triggers has a composite key with a part that is a composite key itself, which no trigger can tell from its columns',
    remedy: 'Use capture: "subscriber" for it, or give the entity that the key points to a key of one column.',
  },
  MIKRO_ORM_MODEL_UNKNOWN: {
    meaning: 'the label option names an entity that this orm does not know',
    remedy: 'Write the name of the entity as in defineEntity({ name }), and check the entities option of the orm.',
  },
  MIKRO_ORM_TABLE_UNKNOWN: {
    meaning: 'an entity that triggers are to capture has no table that can be told beforehand: a view, or one with schema "*"',
    remedy: 'Use capture: "subscriber", or give the entity a schema.',
  },
  MIKRO_ORM_TRANSACTION_INVALID: {
    meaning: 'the transaction option is not an EntityManager of the orm that the store was made for',
    remedy: 'Pass the EntityManager on which you called begin(), or that em.transactional gave you.',
  },
  MIKRO_ORM_TRIGGERS_DRIFTED: {
    meaning: 'the triggers in the database are not those that the entities declare',
    remedy: 'Create and run a migration, or await auditTriggers(orm).install(); the message says what is wrong where.',
  },
  MIKRO_ORM_TRIGGERS_SEPARATE_LOG: {
    meaning: 'triggers write into the business database, and the log is kept in another one',
    remedy: 'Use capture: "subscriber" with separateLog, or keep the log in the business database.',
  },
  MIKRO_ORM_VERSION_UNSUPPORTED: {
    meaning: 'this version of MikroORM is not supported',
    remedy: 'Install @mikro-orm/core and its driver in a version from 7.2.0 up to, not including, 8.',
  },
  MIKRO_ORM_WRITE_LATE: {
    meaning: 'a record in no transaction was not written in time: the pool has no free connection, or a lock is in the way; it may still come late',
    remedy: 'Look for transactions that never end, set min and max of the orm\'s pool higher, or ownWriteMs of mikroOrmStore; restart a process whose connections were killed.',
  },
  SEPARATE_LOG_BUSINESS_NOT_READY: {
    meaning: 'the business database cannot take records for the log: it is out of reach, or has no outbox',
    remedy: 'See the cause; run migrate() of separateLog once before the application starts.',
  },
  SEPARATE_LOG_LEFT: {
    meaning: 'the relay has stopped and the outbox is not empty; nothing is lost',
    remedy: 'It goes on when the application, or a separateLog of its own, runs again and both databases are in reach.',
  },
  SEPARATE_LOG_NOT_READY: {
    meaning: 'the database of the log cannot take records: it is out of reach, or lacks tables of deedlog',
    remedy: 'See the cause; run migrate() of separateLog once before the application starts. Meanwhile records wait in the outbox.',
  },
  SEPARATE_LOG_RELAY_FAILED: {
    meaning: 'the relay could not move records to the log; they wait in the outbox, and it tries again',
    remedy: 'See the cause: the log or the business database does not answer, or lacks tables. backlog() says how many wait.',
  },
  SEPARATE_LOG_ROW_REFUSED: {
    meaning: 'the log refuses a row of the outbox for what it holds; it stays in deedlog.outbox, and the others pass it by',
    remedy: 'Its column "refused" has the SQLSTATE. Correct the cause, set "refused" to null, and the relay tries it again.',
  },
  SEPARATE_LOG_SAME_DATABASE: {
    meaning: 'the log and the business are in the same database, so an outbox between them would only cost',
    remedy: 'Give the orm of another database as log, or leave the option log of mikroOrmStore out.',
  },
};

export const mikroOrmError: ErrorFactory<MikroOrmErrorCode> = defineErrors(mikroOrmErrors);
