import { mikroOrmStore, separateLog } from '@deedlog/mikro-orm';
import { systemActor, userActor } from '@deedlog/core';
import type { Sink } from '@deedlog/core';
import { effectsOf } from '@deedlog/postgres';
import { MikroORM as PgliteOrm } from '@mikro-orm/pglite';
import { MikroORM as PostgresOrm } from '@mikro-orm/postgresql';
import { describe, expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import { count, createOrder, insertEffects, Order, orderEffects, stored, twoDatabases } from './orders.ts';

describe('a log in a database of its own', () => {
  test('gets what the business has committed, once, and the business keeps no log', async () => {
    await using all = await twoDatabases();
    for (let i = 0; i < 5; i++) await createOrder(all);
    expect(await all.log.drain()).toEqual({ waiting: 0, refused: 0, oldest: null });
    const activities = await stored(all.logged.client);
    expect(activities.map(({ action, targetType, targetId, actorId }) => [action, targetType, targetId, actorId])).toEqual(
      [1, 2, 3, 4, 5].map((id) => ['order.create', 'Order', String(id), '7']),
    );
    const { rows } = await all.business.client.query(`select to_regclass('deedlog.activity') as activity, to_regclass('deedlog.effect') as effect`);
    expect(rows).toEqual([{ activity: null, effect: null }]);
    expect(all.problems).toEqual([]);
  });

  test('gets the effects of a flush with the activity that explains them', async () => {
    await using all = await twoDatabases();
    await createOrder(all);
    await all.deedlog.withIntent({ action: 'order.pay', host: { userId: '8' } }, async () => {
      const em = all.business.orm.em.fork();
      const order = await em.findOneOrFail(Order, { id: 1 });
      order.status = 'paid';
      await em.flush();
    });
    await all.log.drain();
    const [created, paid] = await stored(all.logged.client);
    const effects = await effectsOf(all.logged.client, [created?.id ?? '', paid?.id ?? '']);
    expect(effects.map(({ op, key, changes, activityId }) => ({ op, key, changes, activityId }))).toEqual([
      { op: 'I', key: '1', changes: { status: [null, 'open'] }, activityId: created?.id },
      { op: 'U', key: '1', changes: { status: ['open', 'paid'] }, activityId: paid?.id },
    ]);
  });

  test('tells sinks of activities and effects once they are durable in the outbox, and not again when the log gets them', async () => {
    const seen: string[] = [];
    const sink: Sink = {
      name: 'list',
      write: (activities) => void seen.push(...activities.map(({ action }) => action)),
      writeEffects: (effects) => void seen.push(...effects.map(({ op, targetType, targetId, actorId }) => `${op} ${targetType} ${targetId} by ${actorId}`)),
    };
    await using databases = await twoDatabases({ sinks: [sink] });
    const { business, deedlog, log } = databases;
    await deedlog.withIntent({ action: 'order.create', host: { userId: '7' } }, () =>
      business.orm.em.fork().transactional(async (em) => {
        em.create(Order, { status: 'open' });
        await em.flush();
        expect(seen).toEqual([]);
      }),
    );
    const once = ['order.create', 'I Order 1 by 7'];
    await expect.poll(() => seen).toEqual(once);
    await log.drain();
    expect(await count(databases.logged.client, 'deedlog.effect')).toBe(1);
    expect(seen).toEqual(once);
    const undone = deedlog.withIntent({ action: 'order.undo', host: { userId: '7' } }, () =>
      business.orm.em.fork().transactional(async (em) => {
        em.create(Order, { status: 'undone' });
        await em.flush();
        throw new Error('no');
      }),
    );
    await expect(undone).rejects.toThrow('no');
    const imported = async (): Promise<void> => {
      const em = business.orm.em.fork();
      em.create(Order, { status: 'imported' });
      await em.flush();
    };
    await deedlog.run({ host: { userId: '7' } }, () => deedlog.suppress('import', imported));
    expect(seen).toEqual([...once, 'order.undo', 'deedlog.suppress']);
  });

  test('is woken by a commit, without waiting for the next look', async () => {
    await using all = await twoDatabases({ pollMs: 3_600_000 });
    await createOrder(all);
    await expect.poll(() => count(all.logged.client, 'deedlog.activity'), { timeout: 10_000 }).toBe(1);
  });

  test('gets nothing of a transaction that was rolled back', async () => {
    await using all = await twoDatabases();
    const { deedlog, business, log, logged } = all;
    const failing = deedlog.withIntent({ action: 'order.create', host: { userId: '7' } }, () =>
      business.orm.em.fork().transactional(async (em) => {
        em.create(Order, { status: 'open' });
        await em.flush();
        await deedlog.trackActivity({ action: 'order.note', actor: systemActor('test') }, { transaction: em });
        throw new Error('no');
      }),
    );
    await expect(failing).rejects.toThrow('no');
    await log.drain();
    expect(await count(business.client, 'orders')).toBe(0);
    expect((await stored(logged.client)).map(({ action, outcome }) => [action, outcome])).toEqual([['order.create', 'failure']]);
  });

  test('a refused outbox takes the change back', async () => {
    await using all = await twoDatabases();
    await all.business.client.query('alter table deedlog.outbox add constraint closed check (false)');
    await expect(createOrder(all)).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(await count(all.business.client, 'orders')).toBe(0);
  });

  test('keeps the order and the times of effects', async () => {
    await using all = await twoDatabases({ batchRows: 3 });
    const { business, log, logged } = all;
    for (let order = 1; order <= 10; order++) await insertEffects(business.client, order);
    const { rows: written } = await business.client.query('select (extract(epoch from at) * 1000)::bigint::text as at from deedlog.outbox order by seq');
    await log.drain();
    const { rows } = await logged.client.query('select pk, op::text as op, (extract(epoch from at) * 1000)::bigint::text as at from deedlog.effect order by id');
    const expected = written.flatMap(({ at }, index) => orderEffects(index + 1).map(({ key, op }) => ({ pk: key, op, at })));
    expect(rows.map(({ pk, op }) => [pk, op])).toEqual(expected.map(({ pk, op }) => [pk, op]));
    for (const [index, row] of rows.entries()) expect(Math.abs(Number(row['at']) - Number(expected[index]?.at))).toBeLessThanOrEqual(1);
  });

  test('a commit that comes late is not passed over', async () => {
    await using all = await twoDatabases();
    const { business, log, logged } = all;
    if (business.kind === 'pglite') {
      // One connection: a transaction cannot be left open. A row with an older number stands for it.
      await insertEffects(business.client, 2);
      await log.drain();
      await business.client.query(
        `insert into deedlog.outbox (seq, records) overriding system value values (-5, $1::jsonb)`,
        [JSON.stringify({ activities: [], effects: orderEffects(1) })],
      );
    } else {
      const em = business.orm.em.fork();
      await em.begin();
      await em.execute(`insert into deedlog.outbox (records) values ('${JSON.stringify({ activities: [], effects: orderEffects(1) })}')`);
      await insertEffects(business.client, 2);
      await log.drain();
      expect(await count(logged.client, 'deedlog.effect')).toBe(2);
      await em.commit();
    }
    expect((await log.drain()).waiting).toBe(0);
    expect(await count(logged.client, 'deedlog.effect')).toBe(4);
  });

  test('a row that the log refuses stays, is told, and holds up nobody', async () => {
    await using all = await twoDatabases();
    const { business, log, logged, problems } = all;
    await insertEffects(business.client, 1);
    await business.client.query(`insert into deedlog.outbox (records) values ('{"activities": [], "effects": [{"table": "t", "op": "I", "key": null, "changes": {}}]}')`);
    await insertEffects(business.client, 2);
    expect(await log.drain()).toMatchObject({ waiting: 0, refused: 1 });
    expect(await count(logged.client, 'deedlog.effect')).toBe(4);
    expect(problems.map(({ code }) => code)).toEqual(['SEPARATE_LOG_ROW_REFUSED']);
    expect(log.counters).toMatchObject({ moved: 2, refused: 1, failed: 0 });
  });

  test('two relays at once move each row once', async () => {
    await using all = await twoDatabases({ batchRows: 2 });
    const { business, logged, log } = all;
    const other = separateLog({ business: business.orm, log: logged.orm, batchRows: 3, pollMs: 60_000 });
    for (let order = 1; order <= 60; order++) await insertEffects(business.client, order);
    for (let round = 0; (await log.backlog()).waiting > 0 && round < 100; round++) await Promise.all([log.drain(), other.drain()]);
    expect(await count(logged.client, 'deedlog.effect')).toBe(120);
    expect(log.counters.moved + other.counters.moved).toBe(60);
    await other.close();
  });

  test('an act without a transaction goes straight to the log', async () => {
    await using all = await twoDatabases();
    await all.deedlog.trackActivity({ action: 'report.print', actor: userActor('7') });
    expect(await count(all.logged.client, 'deedlog.activity')).toBe(1);
    expect(all.log.counters).toMatchObject({ direct: 1, detoured: 0 });
  });

  test('without its tables everything waits, and arrives once they are there', async () => {
    await using all = await twoDatabases();
    const { logged, log, problems, deedlog } = all;
    await logged.client.query('drop schema deedlog cascade');
    await createOrder(all);
    await deedlog.trackActivity({ action: 'report.print', actor: userActor('7') });
    expect(await log.drain()).toMatchObject({ waiting: 2 });
    expect(problems.map(({ code }) => code)).toContain('SEPARATE_LOG_RELAY_FAILED');
    expect(log.counters).toMatchObject({ direct: 0, detoured: 1 });
    await log.migrate();
    expect(await log.drain()).toMatchObject({ waiting: 0 });
    expect((await stored(logged.client)).map(({ action }) => action).toSorted()).toEqual(['order.create', 'report.print']);
  });

  test('closing says what is left', async () => {
    await using all = await twoDatabases();
    await all.logged.client.query('drop schema deedlog cascade');
    await createOrder(all);
    await all.deedlog.close();
    expect(all.problems.at(-1)).toMatchObject({ code: 'SEPARATE_LOG_LEFT', message: expect.stringContaining('1 rows wait') });
  });
});

describe('check', () => {
  test('names the database that is not ready, and passes when both are', async () => {
    await using all = await twoDatabases();
    await all.deedlog.check();
    await all.logged.client.query('delete from deedlog.migration');
    await expect(all.log.check()).rejects.toMatchObject({ code: 'SEPARATE_LOG_NOT_READY', cause: { code: 'POSTGRES_TABLES_MISSING' } });
    await all.business.client.query('drop schema deedlog cascade');
    await expect(all.log.check()).rejects.toMatchObject({ code: 'SEPARATE_LOG_BUSINESS_NOT_READY' });
  });

  test('finds one database behind two orms, and one orm given twice', async () => {
    await using business = await testOrm([Order], { migrated: false });
    expect(() => separateLog({ business: business.orm, log: business.orm })).toThrow(expect.objectContaining({ code: 'SEPARATE_LOG_SAME_DATABASE' }));
    const { connection } = business;
    const options = { entities: [], discovery: { warnWhenNoEntities: false } };
    const again =
      'pglite' in connection
        ? await PgliteOrm.init({ ...options, driverOptions: connection } as object)
        : await PostgresOrm.init({ ...options, ...connection } as object);
    const log = separateLog({ business: business.orm, log: again });
    await log.migrate();
    await expect(log.check()).rejects.toMatchObject({ code: 'SEPARATE_LOG_SAME_DATABASE' });
    if (!('pglite' in connection)) await again.close();
  });

  test('a log of another orm is refused', async () => {
    await using all = await twoDatabases();
    await using other = await testOrm([Order], { migrated: false });
    expect(() => mikroOrmStore(other.orm, { log: all.log })).toThrow(expect.objectContaining({ code: 'SEPARATE_LOG_BUSINESS_NOT_READY' }));
  });
});
