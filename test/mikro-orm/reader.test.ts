import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, mikroOrmReader, mikroOrmStore } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';

const Ward = defineEntity({ name: 'ReaderWard', tableName: 'reader_ward', properties: { id: p.integer().primary(), name: p.string() } });
auditable(Ward, { trackFields: ['name'] });

test('the history of an entity has the activity that changed its row, with the effect inside', async () => {
  await using database = await testOrm([Ward]);
  const { orm } = database;
  const deedlog = createDeedlog({ actor: () => undefined, store: mikroOrmStore(orm) });
  await deedlog.run({ actor: userActor('7') }, () =>
    deedlog.withIntent({ action: 'hospital.tidy', target: { type: 'Hospital', id: 1 } }, async () => {
      const em = orm.em.fork();
      em.create(Ward, { id: 5, name: 'North' });
      await em.flush();
    }),
  );
  const view = mikroOrmReader(orm).as({ tenants: 'all', models: 'all' });
  const { results } = await view.history({ type: 'ReaderWard', id: '5' });
  expect(results).toMatchObject([{ action: 'hospital.tidy', actor: { id: '7' }, effects: [{ table: 'public.reader_ward', op: 'I', key: '5', changes: { name: [null, 'North'] } }] }]);
  await deedlog.close();
});
