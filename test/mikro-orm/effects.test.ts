import { REDACTED, UNKNOWN } from '@deedlog/core';
import { wrap } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { Booking, Dog, Label, openWard, Person, Seat, Team, Truck } from './effects-ward.ts';

test('a created, updated and deleted row leave an effect each, explained by the intent', async () => {
  await using ward = await openWard();
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    const person = em.create(Person, { fullName: 'Ada', password: 'p1', secret: 's', email: 'a@b.c', balance: 12n, status: 'in', version: 1 } as never);
    await em.flush();
    em.assign(person, { fullName: 'Grace', password: 'p2' } as never);
    await em.flush();
    em.remove(person);
    await em.flush();
  });
  const [activity] = await ward.activities();
  const effects = await ward.effects();
  expect(effects).toMatchObject([
    { table: 'public.people', op: 'I', key: '1', activityId: activity?.id },
    { table: 'public.people', op: 'U', key: '1', activityId: activity?.id },
    { table: 'public.people', op: 'D', key: '1', activityId: activity?.id },
  ]);
  const hash = expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/);
  expect(effects[0]?.changes).toEqual({
    fullName: [null, 'Ada'], password: [null, REDACTED], email: [null, hash], balance: [null, '12'], status: [null, 'in'], version: [null, 1],
  });
  expect(effects[1]?.changes).toEqual({ fullName: ['Ada', 'Grace'], password: [REDACTED, REDACTED], version: [1, 2] });
  expect(effects[2]?.changes).toEqual({
    fullName: ['Grace', null], password: [REDACTED, null], email: [hash, null], balance: ['12', null], status: ['in', null], version: [2, null],
  });
  expect(activity).toMatchObject({ targetType: 'Person', targetId: '1', targetLabel: 'Ada' });
  expect(JSON.stringify(effects)).not.toMatch(/p1|p2|secret|a@b/);
});

test('values have the form of the entity: dates, JSON, arrays, embedded objects, relations, lists', async () => {
  await using ward = await openWard();
  const { orm } = ward;
  await ward.act(async () => {
    const em = orm.em.fork();
    const team = em.create(Team, { name: 'red' });
    const label = em.create(Label, { name: 'a' });
    em.create(Person, {
      fullName: 'Ada', born: new Date('1815-12-10T00:00:00Z'), notes: { a: 1, token: 't' }, tags: ['x', 'y'], team, labels: [label],
      home: { street: 'secret street', city: 'London' }, work: { street: 'secret street', city: 'Paris' },
    } as never);
    await em.flush();
  });
  await ward.act(async () => {
    const em = orm.em.fork();
    const person = await em.findOneOrFail(Person, 1, { populate: ['labels'] });
    person.born = new Date('1816-01-01T00:00:00Z');
    person.notes = { a: 2 };
    person.tags = ['x'];
    person.team = null;
    person.home!.city = 'Bath';
    person.work!.city = 'Lyon';
    person.labels.set([em.create(Label, { name: 'b' })]);
    await em.flush();
  });
  const effects = (await ward.effects()).filter(({ table }) => table === 'public.people');
  expect(effects.map(({ changes }) => changes)).toEqual([
    {
      fullName: [null, 'Ada'], born: [null, '1815-12-10T00:00:00.000Z'], notes: [null, { a: 1, token: REDACTED }], tags: [null, ['x', 'y']],
      team: [null, '1'], labels: [null, ['1']], 'home.city': [null, 'London'], 'work.city': [null, 'Paris'], version: [null, 1],
    },
    {
      born: ['1815-12-10T00:00:00.000Z', '1816-01-01T00:00:00.000Z'], notes: [{ a: 1, token: REDACTED }, { a: 2 }], tags: [['x', 'y'], ['x']],
      team: ['1', null], labels: [['1'], ['2']], 'home.city': ['London', 'Bath'], 'work.city': ['Paris', 'Lyon'], version: [1, 2],
    },
  ]);
});

test('an old value that was never loaded is unknown, and what is not touched is not told', async () => {
  await using ward = await openWard();
  await ward.client.query(`insert into people (full_name, bio, status) values ('Ada', 'long', 'in')`);
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    const person = await em.findOneOrFail(Person, 1);
    wrap(person).assign({ bio: 'new' } as never);
    await em.flush();
  });
  expect((await ward.effects()).map(({ changes }) => changes)).toEqual([{ bio: [UNKNOWN, 'new'], version: [1, 2] }]);
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    em.getReference(Person, 1).status = 'out';
    await em.flush();
    em.remove(em.fork().getReference(Person, 1));
  });
  expect((await ward.effects())[1]?.changes).toMatchObject({ status: [UNKNOWN, 'out'] });
});

test('a change of unnamed fields alone leaves an effect without changes', async () => {
  await using ward = await openWard();
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    const dog = em.create(Dog, { name: 'Rex', kind: 'dog' } as never);
    const person = em.create(Person, { fullName: 'Ada' } as never);
    const seat = em.create(Seat, { person, row: 'a:1', kind: null } as never);
    await em.flush();
    void dog;
    void seat;
    person.secret = 'new';
    await em.flush();
  });
  expect((await ward.effects()).at(-1)).toMatchObject({ op: 'U', table: 'public.people', changes: { version: [1, 2] } });
});

test('composite keys and references to them have the text of a target id', async () => {
  await using ward = await openWard();
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    const person = em.create(Person, { fullName: 'Ada' } as never);
    const seat = em.create(Seat, { person, row: 'a:1', kind: 'x' } as never);
    em.create(Booking, { seat } as never);
    await em.flush();
  });
  const effects = await ward.effects();
  expect(effects.filter(({ table }) => table !== 'public.people')).toMatchObject([
    { table: 'public.seat', key: '1:a%3A1', changes: { kind: [null, 'x'], person: [null, '1'], row: [null, REDACTED] } },
    { table: 'public.booking', key: '1', changes: { seat: [null, '1:a%3A1'] } },
  ]);
});

test('an entity that inherits leaves one effect, with the fields of its base', async () => {
  await using ward = await openWard();
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    const dog = em.create(Dog, { name: 'Rex', trick: 'sit' } as never);
    const truck = em.create(Truck, { plate: 'X 1', load: 5 } as never);
    await em.flush();
    truck.plate = 'X 2';
    dog.trick = 'roll';
    await em.flush();
    em.remove([dog, truck]);
    await em.flush();
  });
  const effects = await ward.effects();
  expect(effects.filter(({ table }) => table.endsWith('animal')).map(({ op, changes }) => [op, changes])).toEqual([
    ['I', { name: [null, 'Rex'], trick: [null, 'sit'] }],
    ['U', { trick: ['sit', 'roll'] }],
    ['D', { name: ['Rex', null], trick: ['roll', null] }],
  ]);
  expect(effects.filter(({ table }) => table.endsWith('truck')).map(({ op, changes }) => [op, changes])).toEqual([
    ['I', { plate: [null, 'X 1'], load: [null, 5] }],
    ['U', { plate: ['X 1', 'X 2'] }],
    ['D', { plate: ['X 2', null], load: [5, null] }],
  ]);
  expect(effects).toHaveLength(6);
});
