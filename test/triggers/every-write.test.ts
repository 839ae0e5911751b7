import { installTriggers } from '@deedlog/postgres';
import type { PostgresLike, TriggerTable } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { effectsIn, liveRows, replay, told } from './replay.ts';
import { tableOf } from './tables.ts';

interface Write {
  readonly title: string;
  readonly table: TriggerTable;
  readonly before?: readonly string[];
  /** Runs with the triggers installed. */
  readonly sql: readonly string[];
  /** Of all effects, as {@link told}. */
  readonly effects: readonly string[];
  /** Where a statement changes rows in several ways, or by its cascades, nothing says in which order. */
  readonly anyOrder?: true;
}

const PATIENT = tableOf('patient', ['name', 'visits']);
const PATIENT_SQL = 'create table patient (id int primary key, name text, visits int, unseen text)';
const VISIT = tableOf('visit', ['patient', 'note']);
const visitSql = (reference: string): string => `create table visit (id int primary key, patient int references patient ${reference}, other int references patient ${reference}, note text)`;
const TWO = `insert into patient values (1, 'Ada', 0), (2, 'Bob', null)`;
const TWO_TOLD = ['I 1 name:null>Ada visits:null>0', 'I 2 name:null>Bob'];
const VISITS = [TWO, `insert into visit values (1, 1, 1, 'x'), (2, 2, 1, 'y'), (3, 2, 2, 'z')`];
const VISITS_TOLD = ['I 1 note:null>x patient:null>1', 'I 2 note:null>y patient:null>2', 'I 3 note:null>z patient:null>2'];
const MEASURE_SQL = [
  'create table measure (id int, at int, value int, primary key (id, at)) partition by range (at)',
  'create table measure_1 partition of measure for values from (0) to (100)',
  'create table measure_2 partition of measure for values from (100) to (200) partition by range (at)',
  'create table measure_2_a (value int, gone int, at int not null, id int not null)',
  'alter table measure_2_a drop column gone',
  'alter table measure_2 attach partition measure_2_a for values from (100) to (150)',
];
const MEASURE = tableOf('measure', ['value'], { key: ['id', 'at'] });

const WRITES: readonly Write[] = [
  { title: 'insert of several rows', table: PATIENT, before: [PATIENT_SQL], sql: [TWO], effects: TWO_TOLD },
  {
    title: 'update of several rows: only what changed, nothing of unnamed columns, nothing where nothing changed',
    table: PATIENT,
    before: [PATIENT_SQL],
    sql: [TWO, `update patient set visits = 0, unseen = 'x'`, `update patient set unseen = 'y'`, 'update patient set name = name', 'update patient set name = null where id = 3'],
    effects: [...TWO_TOLD, 'U 2 visits:null>0'],
  },
  { title: 'delete', table: PATIENT, before: [PATIENT_SQL], sql: [TWO, 'delete from patient where id = 1'], effects: [...TWO_TOLD, 'D 1 name:Ada>null visits:0>null'] },
  { title: 'truncate', table: PATIENT, before: [PATIENT_SQL], sql: [TWO, 'truncate patient'], effects: [...TWO_TOLD, 'T'] },
  {
    title: 'changed, shifted and swapped keys',
    table: PATIENT,
    before: ['create table patient (id int primary key deferrable, name text, visits int)'],
    sql: [TWO, 'update patient set id = 3 - id', 'update patient set id = id + 1', `update patient set id = 9, name = 'Eve' where id = 2`],
    effects: [...TWO_TOLD, 'U 2 $key:1>2', 'U 1 $key:2>1', 'U 3 $key:2>3', 'U 2 $key:1>2', 'U 9 $key:2>9 name:Bob>Eve'],
  },
  {
    title: 'on conflict do update inserts and updates',
    table: PATIENT,
    before: [PATIENT_SQL],
    sql: [TWO, `insert into patient values (2, 'Rob', 1), (3, 'Cyd', 0) on conflict (id) do update set name = excluded.name`, `insert into patient values (1, 'no', 1) on conflict do nothing`],
    effects: [...TWO_TOLD, 'U 2 name:Bob>Rob', 'I 3 name:null>Cyd visits:null>0'],
  },
  {
    title: 'merge',
    table: PATIENT,
    before: [PATIENT_SQL],
    sql: [
      TWO,
      `merge into patient p using (values (1, 'Ada!'), (2, null), (3, 'Cyd')) as s(id, name) on s.id = p.id
       when matched and s.name is null then delete when matched then update set name = s.name when not matched then insert values (s.id, s.name, 5)`,
    ],
    effects: [...TWO_TOLD, 'D 2 name:Bob>null', 'U 1 name:Ada>Ada!', 'I 3 name:null>Cyd visits:null>5'],
  },
  {
    title: 'several writes in one statement',
    table: PATIENT,
    before: [PATIENT_SQL],
    sql: [TWO, `with gone as (delete from patient where id = 1 returning *), renamed as (update patient set name = 'B' where id = 2) insert into patient select id + 10, name from gone`],
    effects: [...TWO_TOLD, 'D 1 name:Ada>null visits:0>null', 'I 11 name:null>Ada', 'U 2 name:Bob>B'],
    anyOrder: true,
  },
  {
    title: 'on delete cascade',
    table: VISIT,
    before: [PATIENT_SQL, visitSql('on delete cascade')],
    sql: [...VISITS, 'delete from patient where id = 2'],
    effects: [...VISITS_TOLD, 'D 2 note:y>null patient:2>null', 'D 3 note:z>null patient:2>null'],
  },
  {
    title: 'on delete set null, on two columns of one row at once',
    table: tableOf('visit', ['patient', 'other']),
    before: [PATIENT_SQL, visitSql('on delete set null')],
    sql: [...VISITS, 'delete from patient'],
    effects: ['I 1 other:null>1 patient:null>1', 'I 2 other:null>1 patient:null>2', 'I 3 other:null>2 patient:null>2', 'U 1 patient:1>null', 'U 1 other:1>null', 'U 2 patient:2>null', 'U 2 other:1>null', 'U 3 patient:2>null', 'U 3 other:2>null'],
    anyOrder: true,
  },
  {
    title: 'on update cascade',
    table: tableOf('visit', ['patient', 'other']),
    before: [PATIENT_SQL, visitSql('on update cascade')],
    sql: [...VISITS, 'update patient set id = id + 10 where id = 1'],
    effects: ['I 1 other:null>1 patient:null>1', 'I 2 other:null>1 patient:null>2', 'I 3 other:null>2 patient:null>2', 'U 1 patient:1>11', 'U 1 other:1>11', 'U 2 other:1>11'],
    anyOrder: true,
  },
  {
    title: 'a row whose key changes and that refers to itself',
    table: tableOf('node', ['parent']),
    before: ['create table node (id int primary key, parent int references node on update cascade on delete cascade)'],
    sql: ['insert into node values (1, 1), (2, 1), (3, 2)', 'update node set id = 10 where id = 1', 'delete from node where id = 2'],
    effects: ['I 1 parent:null>1', 'I 2 parent:null>1', 'I 3 parent:null>2', 'U 10 $key:1>10', 'U 2 parent:1>10', 'U 10 parent:1>10', 'D 2 parent:10>null', 'D 3 parent:2>null'],
  },
  {
    title: 'what another trigger makes of a row before it is written',
    table: PATIENT,
    before: [
      PATIENT_SQL,
      `create function shout() returns trigger language plpgsql as $$ begin if new.id = 2 then return null; end if; new.name = upper(new.name); return new; end $$`,
      'create trigger shout before insert or update on patient for each row execute function shout()',
    ],
    sql: [TWO, `update patient set name = 'eve'`],
    effects: ['I 1 name:null>ADA visits:null>0', 'U 1 name:ADA>EVE'],
  },
  {
    title: 'stored generated columns',
    table: tableOf('patient', ['name', 'shown']),
    before: [`create table patient (id int primary key, name text, shown text generated always as (name || '!') stored)`],
    sql: [`insert into patient (id, name) values (1, 'Ada')`, `update patient set name = 'Eve'`],
    effects: ['I 1 name:null>Ada shown:null>Ada!', 'U 1 name:Ada>Eve shown:Ada!>Eve!'],
  },
  {
    title: 'partitions: through the parent, directly, and from one to another',
    table: MEASURE,
    before: MEASURE_SQL,
    sql: [
      'insert into measure values (1, 1, 10), (2, 120, 20)',
      'insert into measure_1 values (3, 3, 30)',
      'insert into measure_2_a (id, at, value) values (4, 104, 40)',
      'update measure set value = value + 1',
      'update measure_2 set value = 0',
      'update measure set at = at + 100 where id = 1',
      'delete from measure_2_a where id = 2',
      'delete from measure where id = 3',
    ],
    effects: [
      'I 1:1 value:null>10', 'I 2:120 value:null>20', 'I 3:3 value:null>30', 'I 4:104 value:null>40',
      'U 1:1 value:10>11', 'U 3:3 value:30>31', 'U 4:104 value:40>41', 'U 2:120 value:20>21', 'U 4:104 value:41>0', 'U 2:120 value:21>0',
      'U 1:101 $key:1:1>1:101', 'D 2:120 value:0>null', 'D 3:3 value:31>null',
    ],
    anyOrder: true,
  },
  {
    title: 'a partitioned table is truncated once, with its partitions',
    table: MEASURE,
    before: MEASURE_SQL,
    sql: ['insert into measure values (1, 1, 10)', 'truncate measure'],
    effects: ['I 1:1 value:null>10', 'T'],
  },
  {
    title: 'a row that gets lost on its way to another partition',
    table: MEASURE,
    before: [
      ...MEASURE_SQL,
      'create function lose() returns trigger language plpgsql as $$ begin if new.id = 1 then return null; end if; return new; end $$',
      'create trigger lose before insert on measure_2_a for each row execute function lose()',
    ],
    sql: ['insert into measure values (1, 1, 10), (2, 2, 20)', 'update measure set at = at + 100'],
    effects: ['I 1:1 value:null>10', 'I 2:2 value:null>20', 'D 1:1 value:10>null', 'D 2:2 value:20>null', 'I 2:102 value:null>20'],
  },
  {
    title: 'cascades onto a partitioned table',
    table: tableOf('measure', ['of'], { key: ['id', 'at'] }),
    before: [
      PATIENT_SQL,
      'create table measure (id int, at int, of int references patient on delete cascade on update cascade, primary key (id, at)) partition by range (at)',
      'create table measure_1 partition of measure for values from (0) to (100)',
    ],
    sql: [TWO, 'insert into measure values (1, 1, 1), (2, 2, 2)', 'update patient set id = 11 where id = 1', 'delete from patient where id = 2'],
    effects: ['I 1:1 of:null>1', 'I 2:2 of:null>2', 'U 1:1 of:1>11', 'D 2:2 of:2>null'],
  },
  {
    title: 'tables that inherit',
    table: PATIENT,
    before: [PATIENT_SQL, 'create table inpatient (bed int) inherits (patient)'],
    sql: [`insert into inpatient values (1, 'Ada', 0, 'x', 7)`, 'update patient set visits = 1', 'update inpatient set visits = 2', 'truncate patient'],
    effects: ['I 1 name:null>Ada visits:null>0', 'U 1 visits:0>1', 'U 1 visits:1>2', 'T'],
  },
  {
    title: 'quoted names and composite keys of odd text',
    table: { schema: `od"d 's`, table: `pa\\t$deedlog_x$ "i"`, key: ['k 1', 'k"2'], fields: [{ field: `fi'e"l\\d`, column: `va'l"u\\e`, treatment: 'plain' }] },
    before: [`create schema "od""d 's"`, `create table "od""d 's"."pa\\t$deedlog_x$ ""i""" ("k 1" text, "k""2" int, "va'l""u\\e" text, primary key ("k 1", "k""2"))`],
    sql: [`insert into "od""d 's"."pa\\t$deedlog_x$ ""i""" values ('a:ü/😀 b', 1, 'it''s "q" \\')`],
    effects: [`I a%3A%C3%BC%2F%F0%9F%98%80%20b:1 fi'e"l\\d:null>it's "q" \\`],
  },
  {
    title: 'names of 63 bytes that share their first 60',
    table: tableOf(`${'t'.repeat(60)}one`, [`${'c'.repeat(60)}one`, `${'c'.repeat(60)}two`]),
    before: ['one', 'two'].map((end) => `create table ${'t'.repeat(60)}${end} (id int primary key, ${'c'.repeat(60)}one int, ${'c'.repeat(60)}two int)`),
    sql: [`insert into ${'t'.repeat(60)}one values (1, 2, 3)`, `insert into ${'t'.repeat(60)}two values (1, 2, 3)`],
    effects: [`I 1 ${'c'.repeat(60)}one:null>2 ${'c'.repeat(60)}two:null>3`],
  },
];

for (const { title, table, before = [], sql, effects, anyOrder = false } of WRITES) {
  test(title, async () => {
    await using database = await testDatabase();
    const { client } = database;
    await all(client, before);
    await installTriggers(client, [table]);
    await all(client, sql);
    const seen = await effectsIn(client, table);
    expect(anyOrder ? seen.map(told).toSorted() : seen.map(told)).toEqual(anyOrder ? effects.toSorted() : effects);
    expect(replay(seen)).toEqual(await liveRows(client, table));
  });
}

async function all(client: PostgresLike, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await client.query(statement);
}
