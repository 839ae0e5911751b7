import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, mikroOrmStore } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager, EventSubscriber, FlushEventArgs } from '@mikro-orm/core';
import { testOrm } from '../support/database.ts';
import type { TestOrmResource } from '../support/database.ts';
import { compare } from './compare.ts';
import type { Ratio } from './compare.ts';

const FIELDS = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11', 'f12'] as const;
type Field = (typeof FIELDS)[number];
const text = p.string();
const properties = Object.fromEntries(FIELDS.map((field) => [field, text])) as Record<Field, typeof text>;

const Bare = defineEntity({ name: 'BareCard', tableName: 'card', properties: { id: p.integer().primary(), ...properties } });
const Audited = defineEntity({ name: 'AuditedCard', tableName: 'card', properties: { id: p.integer().primary(), ...properties } });
auditable(Audited, { trackFields: [...FIELDS] });
const Plain = defineEntity({ name: 'PlainCard', tableName: 'card', properties: { id: p.integer().primary(), ...properties } });
const PlainLog = defineEntity({
  name: 'PlainLog',
  properties: { id: p.integer().primary(), at: p.datetime(), who: p.string(), what: p.string(), entity: p.string(), key: p.string().nullable(), changes: p.json() },
});

/** The recipe of blogs and answers: a log entity is persisted from `onFlush`. */
class PlainRecipe implements EventSubscriber {
  async onFlush({ uow, em }: FlushEventArgs): Promise<void> {
    for (const set of uow.getChangeSets()) {
      if (set.meta.className !== 'PlainCard') continue;
      const key = set.getPrimaryKey();
      const row = { at: new Date(), who: '7', what: set.type, entity: set.meta.className, key: key === null ? null : String(key), changes: { old: set.originalEntity ?? null, now: set.payload } };
      uow.computeChangeSet(em.create(PlainLog, row as never, { persist: false }));
    }
    await Promise.resolve();
  }
}

type Card = { id: number } & Record<Field, string>;
type CardEntity = typeof Bare;
type Work = (em: EntityManager, entity: CardEntity) => Promise<void>;

/** So many rows keep the tables from growing during a run; all contenders share the cost of the table of cards. */
const EMPTY_EVERY = 2000;
const BIG_FLUSH = 100;

let count = 0;
function values(): Record<Field, string> {
  count++;
  return Object.fromEntries(FIELDS.map((field) => [field, `${field} ${count}`])) as Record<Field, string>;
}

/** A card to update or delete, put there in the same round trip by everybody, and unseen by any subscriber. */
async function existing(em: EntityManager, entity: CardEntity): Promise<Card> {
  const id = await em.insert(entity, values() as never);
  return (await em.findOneOrFail(entity, id as never)) as unknown as Card;
}

const WORKS: readonly { readonly title: string; readonly target: number; readonly work: Work }[] = [
  { title: 'create', target: 1.3, work: async (em, entity) => em.persist(em.create(entity, values() as never)).flush() },
  {
    title: 'update of 2 of 12 fields',
    target: 1.3,
    work: async (em, entity) => {
      const card = (await em.findOneOrFail(entity, 1)) as unknown as Card;
      count++;
      card.f1 = `changed ${count}`;
      card.f2 = `changed ${count}`;
      await em.flush();
    },
  },
  { title: 'delete (with the insert before it)', target: 1.3, work: async (em, entity) => em.remove(await existing(em, entity)).flush() },
  {
    title: `flush of ${BIG_FLUSH} creations`,
    target: 1.5,
    work: async (em, entity) => {
      for (let index = 0; index < BIG_FLUSH; index++) em.create(entity, values() as never);
      await em.flush();
    },
  },
];

/** Changes of one and of 100 rows with their effects, against the same without and by the plain recipe. */
export async function effectsBench(): Promise<readonly Ratio[]> {
  if (process.env['DATABASE_URL'] === undefined) {
    console.log('effects on real PostgreSQL: left out, DATABASE_URL is not set');
    return [];
  }
  await using database = await testOrm([Bare, Audited, Plain, PlainLog], { createSchema: false, discovery: { checkDuplicateTableNames: false } });
  const { orm, client } = database;
  await client.query(`create table card (id serial primary key, ${FIELDS.map((field) => `${field} text not null`).join(', ')})`);
  await client.query('create table plain_log (id serial primary key, at timestamptz not null, who text not null, what text not null, entity text not null, key text, changes jsonb not null)');
  const deedlog = createDeedlog({ actor: () => userActor('7'), store: mikroOrmStore(orm) });
  orm.em.getEventManager().registerSubscriber(new PlainRecipe());
  const ratios: Ratio[] = [];
  for (const { title, target, work } of WORKS) {
    const run = emptying(database, title.includes('100') ? EMPTY_EVERY / BIG_FLUSH : EMPTY_EVERY);
    await run(() => Promise.resolve(), true);
    ratios.push(
      ...(await compare({
        title: `effects: ${title}`,
        base: () => run(() => work(orm.em.fork(), Bare)),
        baseName: 'bare',
        contenders: [
          { name: 'deedlog in an intent', run: () => run(() => deedlog.withIntent({ action: 'card.work', host: {} }, () => work(orm.em.fork(), Audited as never))), target },
          { name: 'plain onFlush recipe', run: () => run(() => work(orm.em.fork(), Plain as never)), target: undefined },
        ],
      })),
    );
  }
  await deedlog.close();
  return ratios;
}

/** Empties the tables of all contenders after so many calls, whoever makes them; the median does not see it. */
function emptying({ client }: TestOrmResource, every: number): (body: () => Promise<void>, now?: boolean) => Promise<void> {
  let calls = 0;
  return async (body, now = false) => {
    await body();
    if (!now && ++calls % every !== 0) return;
    await client.query('truncate card, plain_log, deedlog.effect, deedlog.activity');
    await client.query(`insert into card values (1, ${FIELDS.map((field) => `'${field}'`).join(', ')}) on conflict do nothing`);
    await client.query(`select setval('card_id_seq', 10)`);
  };
}
