import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/mikro-orm` can throw. */
export type MikroOrmErrorCode =
  | 'MIKRO_ORM_ALREADY_CONNECTED'
  | 'MIKRO_ORM_DRIVER_UNSUPPORTED'
  | 'MIKRO_ORM_MODEL_UNKNOWN'
  | 'MIKRO_ORM_TRANSACTION_INVALID'
  | 'MIKRO_ORM_VERSION_UNSUPPORTED';

/** The closed table of {@link MikroOrmErrorCode}. */
export const mikroOrmErrors: Readonly<Record<MikroOrmErrorCode, ErrorEntry>> = {
  MIKRO_ORM_ALREADY_CONNECTED: {
    meaning: 'this orm already has a deedlog; two would record everything twice',
    remedy: 'Create one deedlog for each orm and share it; close() the first one before you connect another.',
  },
  MIKRO_ORM_DRIVER_UNSUPPORTED: {
    meaning: 'this orm does not speak to PostgreSQL',
    remedy: 'Use @mikro-orm/postgresql or @mikro-orm/pglite.',
  },
  MIKRO_ORM_MODEL_UNKNOWN: {
    meaning: 'the label option names an entity that this orm does not know',
    remedy: 'Write the name of the entity as in defineEntity({ name }), and check the entities option of the orm.',
  },
  MIKRO_ORM_TRANSACTION_INVALID: {
    meaning: 'the transaction option is not an EntityManager of the orm that the store was made for',
    remedy: 'Pass the EntityManager on which you called begin(), or that em.transactional gave you.',
  },
  MIKRO_ORM_VERSION_UNSUPPORTED: {
    meaning: 'this version of MikroORM is not supported',
    remedy: 'Install @mikro-orm/core and its driver in a version from 7.2.0 up to, not including, 8.',
  },
};

export const mikroOrmError: ErrorFactory<MikroOrmErrorCode> = defineErrors(mikroOrmErrors);
