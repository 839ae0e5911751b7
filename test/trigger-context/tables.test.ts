import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, auditLog, auditTriggers, mikroOrmStore } from '@deedlog/mikro-orm';
import type { AuditableFields } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityName } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';

const Address = defineEntity({ name: 'Address', embeddable: true, properties: { street: p.string().nullable(), city: p.string().nullable() } });
const Team = defineEntity({ name: 'Team', properties: { id: p.integer().primary(), name: p.string(), members: () => p.oneToMany(Person).mappedBy('team') } });
const Badge = defineEntity({ name: 'Badge', properties: { id: p.integer().primary(), colour: p.string() } });
const Person = defineEntity({
  name: 'Person',
  tableName: 'Odd "people"',
  properties: {
    id: p.integer().primary(),
    fullName: p.string(),
    email: p.string().nullable(),
    secret: p.string().nullable(),
    notes: p.json<Record<string, unknown>>().nullable(),
    initials: p.string().formula((columns) => `left(${String(columns.fullName)}, 1)`),
    home: () => p.embedded(Address).nullable(),
    work: () => p.embedded(Address).object().nullable(),
    team: () => p.manyToOne(Team).nullable(),
    badges: () => p.manyToMany(Badge),
  },
});
const Seat = defineEntity({ name: 'Seat', properties: { person: () => p.manyToOne(Person).primary(), row: p.string().primary(), kind: p.string().nullable() } });
const Booking = defineEntity({ name: 'Booking', schema: 'sales', properties: { id: p.integer().primary(), seat: () => p.manyToOne(Seat).nullable() } });
const Animal = defineEntity({
  name: 'Animal',
  discriminatorColumn: 'kind',
  discriminatorValue: 'animal',
  properties: { id: p.integer().primary(), kind: p.string(), name: p.string() },
});
const Dog = defineEntity({ name: 'Dog', extends: Animal, discriminatorValue: 'dog', properties: { trick: p.string().nullable() } });
const Vehicle = defineEntity({ name: 'Vehicle', inheritance: 'tpt', properties: { id: p.integer().primary(), plate: p.string() } });
const Truck = defineEntity({ name: 'Truck', extends: Vehicle, properties: { load: p.integer() } });
const ENTITIES = [Address, Team, Badge, Person, Seat, Booking, Animal, Dog, Vehicle, Truck];

function byTriggers<Entity extends object>(entity: EntityName<Entity>, fields: AuditableFields<Entity>['fields']): void {
  auditable(entity, { fields, capture: 'trigger' } as never);
}

function declareAll(): void {
  byTriggers(Person, { fullName: 'plain', email: 'hash', secret: 'redact', notes: 'plain', home: 'plain', work: 'plain', team: 'plain', badges: 'plain' } as never);
  byTriggers(Seat, { kind: 'plain' });
  byTriggers(Booking, { seat: 'plain' });
  byTriggers(Animal, { name: 'plain' });
  byTriggers(Dog, { trick: 'plain' });
  byTriggers(Vehicle, { plate: 'plain' });
  byTriggers(Truck, { load: 'plain' });
}

test('tables, keys and columns come from the metadata of the entities', async () => {
  declareAll();
  await using database = await testOrm(ENTITIES, { createSchema: false, migrated: false });
  const tables = auditTriggers(database.orm).tables.map(({ schema, table, key, fields }) => [
    `${schema}.${table}`,
    key.join(),
    fields.map(({ field, column, treatment }) => `${field}=${column}${treatment === 'plain' ? '' : ` ${treatment}`}`).join(', '),
  ]);
  expect(tables.toSorted()).toEqual(
    [
      ['public.Odd "people"', 'id', 'fullName=full_name, email=email hash, secret=secret redact, notes=notes, home.street=home_street, home.city=home_city, work=work, team=team_id'],
      ['public.Odd "people"_badges', 'person_id,badge_id', 'person_id=person_id, badge_id=badge_id'],
      ['public.seat', 'person_id,row', 'kind=kind'],
      ['sales.booking', 'id', 'seat.seat_person_id=seat_person_id, seat.seat_row=seat_row'],
      ['public.animal', 'id', 'name=name, trick=trick'],
      ['public.vehicle', 'id', 'plate=plate'],
      ['public.truck', 'id', 'load=load'],
    ].toSorted(),
  );
});

test('the triggers of them all work, and an entity of joined inheritance finds the effects of all its tables', async () => {
  declareAll();
  await using database = await testOrm(ENTITIES);
  const { orm } = database;
  await auditTriggers(orm).install({ hashKey: 'a test key' });
  expect(await auditTriggers(orm).check()).toEqual([]);
  const deedlog = createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(orm, { hashKey: 'a test key' }) });
  await deedlog.check();
  const em = orm.em.fork();
  const truck = await deedlog.withIntent({ action: 'zoo.open', host: {} }, async () => {
    const badge = em.create(Badge, { colour: 'red' });
    const person = em.create(Person, { fullName: 'Ada', email: 'ada@example.org', secret: 'x', home: { city: 'London' }, work: { city: 'Paris' }, badges: [badge] } as never);
    em.create(Seat, { person, row: 'A:1', kind: 'aisle' } as never);
    em.create(Dog, { name: 'Rex', trick: 'roll' } as never);
    const made = em.create(Truck, { plate: 'X 1', load: 3 } as never);
    await em.flush();
    return made;
  });
  const { rows } = await database.client.query(
    `select r.name, e.op::text as op, e.pk, e.changes, e.activity_id is not null as explained from deedlog.effect e join deedlog.relation r on r.id = tbl order by 1`,
  );
  expect(rows.every(({ explained }) => explained === true)).toBe(true);
  expect(new Map(rows.map(({ name, op, pk, changes }) => [name, [op, pk, changes]]))).toEqual(
    new Map<string, unknown>([
      [
        'public.Odd "people"',
        ['I', '1', { fullName: [null, 'Ada'], email: [null, expect.stringMatching(/^hmac-sha256:/)], secret: [null, '***REDACTED***'], 'home.city': [null, 'London'], work: [null, { city: 'Paris' }] }],
      ],
      ['public.Odd "people"_badges', ['I', '1:1', { person_id: [null, 1], badge_id: [null, 1] }]],
      ['public.seat', ['I', '1:A%3A1', { kind: [null, 'aisle'] }]],
      ['public.animal', ['I', '1', { name: [null, 'Rex'], trick: [null, 'roll'] }]],
      ['public.vehicle', ['I', '1', { plate: [null, 'X 1'] }]],
      ['public.truck', ['I', '1', { load: [null, 3] }]],
    ]),
  );
  const [entry] = await auditLog(orm, truck as object);
  expect(entry?.activity?.action).toBe('zoo.open');
  expect(entry?.effects.map(({ table }) => table).toSorted()).toEqual(['public.truck', 'public.vehicle']);
  await deedlog.close();
});

test.for([
  ['initials', 'MIKRO_ORM_FIELD_NO_COLUMN'],
  ['work.city', 'MIKRO_ORM_FIELD_NO_COLUMN'],
  ['nothing', 'MIKRO_ORM_FIELD_UNKNOWN'],
] as const)('a field that no trigger can see is refused: %s', async ([field, code]) => {
  declareAll();
  byTriggers(Person, { [field]: 'plain' } as never);
  await using database = await testOrm(ENTITIES, { createSchema: false, migrated: false });
  expect(() => auditTriggers(database.orm)).toThrow(expect.objectContaining({ code }));
  expect(() => mikroOrmStore(database.orm)).toThrow(expect.objectContaining({ code }));
});

test('the other side of a relation is refused, and two ways of capture for one table', async () => {
  declareAll();
  byTriggers(Team, { members: 'plain' } as never);
  await using database = await testOrm(ENTITIES, { createSchema: false, migrated: false });
  expect(() => auditTriggers(database.orm)).toThrow(expect.objectContaining({ code: 'MIKRO_ORM_FIELD_NO_COLUMN' }));
  auditable(Team, { fields: { name: 'plain' }, capture: 'none' });
  auditable(Dog, { fields: { trick: 'plain' }, capture: 'subscriber' } as never);
  expect(() => auditTriggers(database.orm)).toThrow(expect.objectContaining({ code: 'MIKRO_ORM_CAPTURE_MIXED' }));
});

test('an entity with capture none leaves no effect', async () => {
  const Silent = defineEntity({ name: 'Silent', properties: { id: p.integer().primary(), name: p.string() } });
  auditable(Silent, { fields: { name: 'plain' }, capture: 'none' });
  await using database = await testOrm([Silent]);
  const deedlog = createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(database.orm) });
  await deedlog.withIntent({ action: 'silent.create', host: {} }, async () => {
    const em = database.orm.em.fork();
    em.create(Silent, { name: 'A' });
    await em.flush();
  });
  const { rows } = await database.client.query('select (select count(*)::int from deedlog.effect) as effects, (select count(*)::int from deedlog.activity) as activities');
  expect(rows[0]).toEqual({ effects: 0, activities: 1 });
  await deedlog.close();
});

test('strict entities refuse a write without an activity, and storage old keeps what was', async () => {
  const Ledger = defineEntity({ name: 'Ledger', properties: { id: p.integer().primary(), amount: p.integer() } });
  auditable(Ledger, { fields: { amount: 'plain' }, capture: 'trigger', context: 'required', storage: 'old' });
  await using database = await testOrm([Ledger]);
  const { orm } = database;
  await auditTriggers(orm).install();
  const deedlog = createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(orm) });
  const refused = { message: expect.stringContaining('POSTGRES_ACTIVITY_REQUIRED') };
  await expect(orm.em.fork().insert(Ledger, { amount: 1 })).rejects.toMatchObject(refused);
  await expect(database.client.query('insert into ledger (amount) values (1)')).rejects.toMatchObject(refused);
  await deedlog.run({ host: {} }, async () => {
    const em = orm.em.fork();
    const ledger = em.create(Ledger, { amount: 2 });
    await em.flush();
    ledger.amount = 3;
    await em.flush();
  });
  const { rows } = await database.client.query(`select e.op::text as op, e.changes, a.action from deedlog.effect e join deedlog.activity a on a.id = e.activity_id order by e.id`);
  expect(rows).toEqual([
    { op: 'I', changes: {}, action: 'ledger.create' },
    { op: 'U', changes: { amount: [2] }, action: 'ledger.update' },
  ]);
  await deedlog.close();
});
