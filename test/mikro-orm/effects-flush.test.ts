import { auditable } from '@deedlog/mikro-orm';
import { ChangeSetType, defineEntity, p } from '@mikro-orm/core';
import type { EntityManager, EventArgs, EventSubscriber, FlushEventArgs } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';
import type { TestOrmOptions } from '../support/database.ts';
import type { AuditedOrm } from './audited-orm.ts';

const Owner = defineEntity({
  name: 'Owner',
  properties: {
    id: p.integer().primary(),
    name: p.string(),
    parts: () => p.oneToMany(Part).mappedBy('owner').orphanRemoval(),
    card: () => p.oneToOne(Card).owner().orphanRemoval().nullable(),
    friend: () => p.manyToOne(Owner).nullable(),
  },
});
auditable(Owner, { trackFields: ['name', 'card', 'friend'] });

const Part = defineEntity({
  name: 'Part',
  properties: {
    id: p.integer().primary(),
    code: p.string().unique().nullable(),
    owner: () => p.manyToOne(Owner).nullable(),
    twin: () => p.oneToOne(Part).owner().nullable(),
  },
});
auditable(Part, { trackFields: ['code', 'owner', 'twin'] });

const Card = defineEntity({ name: 'Card', properties: { number: p.string().primary(), note: p.string().nullable() } });
auditable(Card, { trackFields: ['number', 'note'] });

/** The database itself writes down what happens to each row. */
const WITNESS = [
  'create table witness (n int generated always as identity, seen text)',
  `create function see() returns trigger language plpgsql as $$ declare r jsonb := to_jsonb(coalesce(new, old)); begin
    insert into witness (seen) values (left(tg_op, 1) || ' ' || tg_table_name || ' ' || coalesce(r ->> 'id', r ->> 'number'));
    return null;
  end $$`,
  ...['owner', 'part', 'card'].map((table) => `create trigger see after insert or update or delete on ${table} for each row execute function see()`),
];

async function open(ormOptions: TestOrmOptions = {}): Promise<AuditedOrm> {
  const orm = await auditedOrm([Owner, Part, Card], { orm: ormOptions });
  for (const statement of WITNESS) await orm.client.query(statement);
  return orm;
}

/** The effects of one flush in order, each as `U part 1` with its changes; held against what the database saw, each change of a row once. */
async function flushed(orm: AuditedOrm, body: (em: EntityManager) => unknown): Promise<unknown[]> {
  const { length } = await orm.effects();
  await orm.client.query('truncate witness');
  await orm.effectsOf(body);
  const effects = (await orm.effects()).slice(length).map(({ table, op, key, changes }) => [`${op} ${table.replace('public.', '')} ${key}`, changes] as const);
  const seen = (await orm.client.query('select seen from witness order by n')).rows.map((row) => String(row['seen']));
  expect(effects.map(([what]) => what).toSorted()).toEqual(once(seen).toSorted());
  return effects;
}

/** One flush may write a row twice: first without what another row must give it. */
function once(seen: readonly string[]): string[] {
  return [...new Set(seen)].filter((what) => !what.startsWith('U') || !seen.includes(what.replace('U', 'I')));
}

async function withOwner(): Promise<AuditedOrm> {
  const orm = await open();
  await orm.effectsOf((em) => em.create(Owner, { name: 'a', parts: [{ code: 'x' }, { code: 'y' }], card: { number: 'c1' } } as never));
  return orm;
}

describe('each change of a row is told once, with its values before and after the flush', () => {
  test('where persisting cascades', async () => {
    await using orm = await open();
    expect(await flushed(orm, (em) => em.create(Owner, { name: 'a', parts: [{ code: 'x' }, { code: 'y' }], card: { number: 'c1' } } as never))).toEqual([
      ['I card c1', { number: [null, 'c1'] }],
      ['I owner 1', { name: [null, 'a'], card: [null, 'c1'] }],
      ['I part 1', { code: [null, 'x'], owner: [null, '1'] }],
      ['I part 2', { code: [null, 'y'], owner: [null, '1'] }],
    ]);
  });

  test('where removing cascades', async () => {
    await using orm = await withOwner();
    expect(await flushed(orm, async (em) => em.remove(await em.findOneOrFail(Owner, 1, { populate: ['parts', 'card'] })))).toEqual([
      ['D owner 1', { name: ['a', null], card: ['c1', null] }],
      ['D part 1', { code: ['x', null], owner: ['1', null] }],
      ['D part 2', { code: ['y', null], owner: ['1', null] }],
      ['D card c1', { number: ['c1', null] }],
    ]);
  });

  test('where orphans are removed', async () => {
    await using orm = await withOwner();
    expect(await flushed(orm, async (em) => (await em.findOneOrFail(Owner, 1, { populate: ['parts'] })).parts.removeAll())).toEqual([
      ['D part 1', { code: ['x', null], owner: ['1', null] }],
      ['D part 2', { code: ['y', null], owner: ['1', null] }],
    ]);
    const replaced = await flushed(orm, async (em) => {
      const owner = await em.findOneOrFail(Owner, 1, { populate: ['card'] });
      em.assign(owner, { card: em.create(Card, { number: 'c2' }) } as never);
    });
    expect(replaced).toEqual([
      ['I card c2', { number: [null, 'c2'] }],
      ['U owner 1', { card: ['c1', 'c2'] }],
    ]);
  });

  test('where a row is deleted and another with its unique value, or its very key, is created', async () => {
    await using orm = await withOwner();
    const sameValue = await flushed(orm, async (em) => {
      em.remove(await em.findOneOrFail(Part, { code: 'x' }));
      em.create(Part, { code: 'x', owner: 1 } as never);
    });
    expect(sameValue).toEqual([
      ['D part 1', { code: ['x', null], owner: ['1', null] }],
      ['I part 3', { code: [null, 'x'], owner: [null, '1'] }],
    ]);
    await orm.effectsOf((em) => em.create(Card, { number: 'c9', note: 'old' }));
    const sameKey = await flushed(orm, async (em) => {
      em.remove(await em.findOneOrFail(Card, 'c9'));
      em.persist(Object.assign(new (Card.class as new () => object)(), { number: 'c9', note: 'new' }));
    });
    expect(sameKey).toEqual([
      ['D card c9', { number: ['c9', null], note: ['old', null] }],
      ['I card c9', { number: [null, 'c9'], note: [null, 'new'] }],
    ]);
  });

  test('where a unique value passes to a new row, or to another', async () => {
    await using orm = await withOwner();
    const toNew = await flushed(orm, async (em) => {
      (await em.findOneOrFail(Part, { code: 'x' })).code = null;
      em.create(Part, { code: 'x' } as never);
    });
    expect(toNew).toEqual([
      ['U part 1', { code: ['x', null] }],
      ['I part 3', { code: [null, 'x'] }],
    ]);
    const toOther = await flushed(orm, async (em) => {
      const [one, other] = await em.find(Part, { code: ['x', 'y'] }, { orderBy: { code: 'asc' } });
      em.assign(one!, { code: 'y', owner: 1 } as never);
      other!.code = null;
    });
    expect(toOther).toHaveLength(2);
    expect(Object.fromEntries(toOther as [string, unknown][])).toEqual({
      'U part 3': { code: ['x', 'y'], owner: [null, '1'] },
      'U part 2': { code: ['y', null] },
    });
  });

  test('where new rows point at each other, or at themselves', async () => {
    await using orm = await open();
    const cycle = await flushed(orm, (em) => {
      const one = em.create(Owner, { name: 'p' } as never);
      em.assign(one, { friend: em.create(Owner, { name: 'q', friend: one } as never) } as never);
    });
    expect(cycle).toEqual([
      ['I owner 1', { name: [null, 'q'], friend: [null, '2'] }],
      ['I owner 2', { name: [null, 'p'], friend: [null, '1'] }],
    ]);
    const self = await flushed(orm, (em) => {
      const one = em.create(Owner, { name: 'self' } as never);
      em.assign(one, { friend: one } as never);
    });
    expect(self).toEqual([['I owner 3', { name: [null, 'self'], friend: [null, '3'] }]]);
  });

  test('where an old row is pointed at a new one that takes its unique value', async () => {
    await using orm = await open();
    await orm.effectsOf((em) => {
      const one = em.create(Part, { code: 't1' } as never);
      em.create(Part, { code: 't2', twin: one } as never);
    });
    const moved = await flushed(orm, async (em) => {
      const [one, two] = await em.find(Part, {}, { orderBy: { code: 'asc' } });
      em.assign(two!, { twin: null } as never);
      em.create(Part, { code: 't3', twin: one } as never);
    });
    expect(moved).toEqual([
      ['U part 2', { twin: ['1', null] }],
      ['I part 3', { code: [null, 't3'], twin: [null, '1'] }],
    ]);
  });

  test('where a row is changed and removed, removed twice, or created and removed', async () => {
    await using orm = await withOwner();
    const changed = await flushed(orm, async (em) => {
      const part = await em.findOneOrFail(Part, 1);
      part.code = 'changed';
      em.remove(part).remove(part);
      em.remove(em.create(Part, { code: 'never' } as never));
    });
    expect(changed).toEqual([['D part 1', { code: ['x', null], owner: ['1', null] }]]);
  });
});

/** Changes entities while a flush is under way. */
class Meddler implements EventSubscriber {
  beforeUpdate({ entity }: EventArgs<object>): void {
    if (entity instanceof Card.class) Object.assign(entity, { note: 'by a hook' });
  }

  onFlush({ em, uow }: FlushEventArgs): void {
    for (const { entity, type } of uow.getChangeSets()) {
      if (!(entity instanceof Owner.class) || type !== ChangeSetType.CREATE) continue;
      uow.computeChangeSet(em.create(Card, { number: 'by a subscriber' }));
    }
  }
}

test('what subscribers and hooks of the application change in a flush is told as it was written', async () => {
  await using orm = await open({ subscribers: [new Meddler()] });
  expect(await flushed(orm, (em) => em.create(Owner, { name: 'a' } as never))).toEqual(
    expect.arrayContaining([['I owner 1', { name: [null, 'a'] }], ['I card by a subscriber', { number: [null, 'by a subscriber'] }]]),
  );
  await orm.effectsOf((em) => em.create(Card, { number: 'c1', note: 'old' }));
  expect(await flushed(orm, async (em) => ((await em.findOneOrFail(Card, 'c1')).note = 'new'))).toEqual([['U card c1', { note: ['old', 'by a hook'] }]]);
});
