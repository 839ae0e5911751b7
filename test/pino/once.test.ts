import { lines } from './support.ts';
import { pinoOptions, pinoSink } from '@deedlog/pino';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { auditedOrm } from '../mikro-orm/audited-orm.ts';
import { Team } from '../mikro-orm/effects-ward.ts';
import { CRUD, faultsOf } from './documented-fields.ts';

/** With the real orm: each row that changes is told by one `audit.crud` line, and by it alone. */
async function ward() {
  const out = lines();
  const orm = await auditedOrm([Team], { sinks: [pinoSink(pino(pinoOptions(), out))] });
  const changes = () => out.parsed.filter(({ name }) => name === 'audit.crud').map((line) => `${String(line['message'])} by ${String(line['record'])}`);
  return { out, orm, changes };
}

test('a create, update and delete without an intent: the activity that stands for the flush is no second one', async () => {
  const { out, orm, changes } = await ward();
  await using _closed = orm;
  await orm.deedlog.run({ host: {} }, async () => {
    const em = orm.orm.em.fork();
    const team = em.create(Team, { id: 1, name: 'a' });
    await em.flush();
    team.name = 'b';
    await em.flush();
    await em.remove(team).flush();
  });
  await orm.deedlog.close();
  expect(changes()).toEqual(['CREATE event for Team (id: 1) by effect', 'UPDATE event for Team (id: 1) by effect', 'DELETE event for Team (id: 1) by effect']);
  for (const line of out.parsed.filter(({ name }) => name === 'audit.crud')) expect(faultsOf(line, CRUD)).toEqual([]);
  const acts = out.parsed.filter(({ name }) => name === 'audit.activity');
  expect(acts.length).toBeGreaterThan(0);
  expect(acts.map(({ id }) => id)).toEqual(expect.arrayContaining(out.parsed.filter(({ record }) => record === 'effect').map(({ activity_id: id }) => id)));
});

test('an intent with the name of the change, in whose transaction the row changes, is no second one', async () => {
  const { out, orm, changes } = await ward();
  await using _closed = orm;
  await orm.deedlog.withIntent({ action: 'team.create', host: {} }, async (audit) => {
    const em = orm.orm.em.fork();
    audit.target(em.create(Team, { id: 1, name: 'a' }));
    await em.flush();
  });
  await orm.deedlog.withIntent({ action: 'team.update', host: {} }, async (audit) => {
    audit.target({ type: 'Team', id: 1 });
    await orm.orm.em.fork().transactional(async (em) => {
      (await em.findOneOrFail(Team, 1)).name = 'b';
    });
  });
  await orm.deedlog.close();
  expect(changes()).toEqual(['CREATE event for Team (id: 1) by effect', 'UPDATE event for Team (id: 1) by effect']);
  expect(out.parsed.filter(({ name }) => name === 'audit.activity').map(({ action }) => action)).toEqual(['team.create', 'team.update']);
});

test('an intent whose rows the orm does not see is told by itself', async () => {
  const { orm, changes } = await ward();
  await using _closed = orm;
  await orm.deedlog.withIntent({ action: 'team.update', host: {} }, async (audit) => {
    audit.target({ type: 'Team', id: 1 });
    await orm.orm.em.fork().nativeUpdate(Team, { id: 1 }, { name: 'c' });
  });
  await orm.deedlog.close();
  expect(changes()).toEqual(['UPDATE event for Team (id: 1) by activity']);
});
