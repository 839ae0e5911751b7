import { memoryStore } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import { activityFromRow } from '@deedlog/postgres';
import type { TransactionHooks } from '@deedlog/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { testOrm } from '../support/database.ts';
import { sampleActivity } from './sample-activity.ts';
import { storeContract } from './store.ts';
import type { ContractTransaction, StoreUnderTest } from './store.ts';

storeContract('memoryStore', () => {
  const store = memoryStore();
  return Promise.resolve({
    store,
    stored: () => Promise.resolve(store.activities),
    transaction: { skip: 'memory knows no transactions' },
    changes: () => Promise.resolve(0),
    refused: { skip: 'memory refuses nothing' },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

storeContract('mikroOrmStore, transaction named by the caller', (hooks) => mikroOrmUnderTest('named', hooks));
storeContract('mikroOrmStore, transaction seen by itself', (hooks) => mikroOrmUnderTest('seen', hooks));

async function mikroOrmUnderTest(how: 'named' | 'seen', hooks: TransactionHooks): Promise<StoreUnderTest> {
  const database = await testOrm([]);
  const { orm, client } = database;
  await client.query('create table business (id int)');
  const store = mikroOrmStore(orm);
  store.connect?.(hooks);
  const wrap = (em: EntityManager): ContractTransaction => ({
    handle: how === 'named' ? em : undefined,
    nested: (body) => em.transactional((inner) => body(wrap(inner as EntityManager))),
    change: async () => {
      await em.execute('insert into business values (1)');
    },
  });
  return {
    store,
    stored: async () => (await client.query('select * from deedlog.activity')).rows.map(activityFromRow),
    transaction: (body) => orm.em.transactional((em) => body(wrap(em as EntityManager))),
    changes: async () => (await client.query('select id from business')).rows.length,
    refused: sampleActivity({ id: 'no uuid' }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
