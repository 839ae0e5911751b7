import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, mikroOrmStore } from '@deedlog/mikro-orm';
import type { PostgresLike } from '@deedlog/postgres';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import { testDatabase } from '../support/database.ts';
import type { Ratio } from './compare.ts';
import { interleave } from './interleave.ts';
import type { Variant } from './interleave.ts';
import { PLAIN_LOG_TABLE, PlainLog, PlainRecipe } from './plain-recipe.ts';

const FIELDS = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11', 'f12'] as const;
type Field = (typeof FIELDS)[number];
type Card = { id: number } & Record<Field, string>;

const text = p.string();
const fields = Object.fromEntries(FIELDS.map((field) => [field, text])) as Record<Field, typeof text>;
const CardEntity = defineEntity({ name: 'Card', tableName: 'card', properties: { id: p.integer().primary(), ...fields } });
auditable(CardEntity, { trackFields: [...FIELDS] });
const CARD_TABLE = `create table card (id serial primary key, ${FIELDS.map((field) => `${field} text not null`).join(', ')})`;

let count = 0;
function values(): Record<Field, string> {
  count++;
  return Object.fromEntries(FIELDS.map((field) => [field, `${field} ${count}`])) as Record<Field, string>;
}

const BIG_FLUSH = 100;

/** What everybody does alike: what a flush needs first, which is not measured, and the changes that it writes. */
interface Work {
  readonly title: string;
  readonly target: number;
  /** How many cards change. */
  readonly rows: number;
  readonly prepare: (em: EntityManager) => Promise<readonly Card[]>;
  readonly change: (em: EntityManager, cards: readonly Card[]) => void;
}

const noCards = (): Promise<readonly Card[]> => Promise.resolve([]);
const cards = (howMany: number) => async (em: EntityManager): Promise<readonly Card[]> => {
  const [first] = await em.insertMany(CardEntity, Array.from({ length: howMany }, values) as never[]);
  return (await em.find(CardEntity, { id: { $gte: first as number } })) as unknown as Card[];
};
const create = (howMany: number): Work['change'] => (em) => {
  for (let index = 0; index < howMany; index++) em.persist(em.create(CardEntity, values() as never));
};
const update: Work['change'] = (_, changed) => {
  for (const card of changed) {
    count++;
    card.f1 = `changed ${count}`;
    card.f2 = `changed ${count}`;
  }
};
const remove: Work['change'] = (em, removed) => void em.remove(removed as never);

const WORKS: readonly Work[] = [
  { title: 'create', target: 1.3, rows: 1, prepare: noCards, change: create(1) },
  { title: 'update of 2 of 12 fields', target: 1.3, rows: 1, prepare: cards(1), change: update },
  { title: 'delete', target: 1.3, rows: 1, prepare: cards(1), change: remove },
  { title: `flush of ${BIG_FLUSH} creations`, target: 1.5, rows: BIG_FLUSH, prepare: noCards, change: create(BIG_FLUSH) },
  { title: `flush of ${BIG_FLUSH} updates`, target: 1.5, rows: BIG_FLUSH, prepare: cards(BIG_FLUSH), change: update },
];

/** Flushes of one and of 100 rows with their effects, against the same without an audit and by the plain recipe; each has an orm of its own. */
export async function effectsBench(): Promise<readonly Ratio[]> {
  if (process.env['DATABASE_URL'] === undefined) {
    console.log('effects on real PostgreSQL: left out, DATABASE_URL is not set');
    return [];
  }
  await using database = await testDatabase();
  const { client, connection } = database;
  const { clientUrl } = connection as { clientUrl: string };
  await client.query(CARD_TABLE);
  await client.query(PLAIN_LOG_TABLE);
  const bare = await MikroORM.init({ entities: [CardEntity], clientUrl });
  const plain = await MikroORM.init({ entities: [CardEntity, PlainLog], clientUrl, subscribers: [new PlainRecipe('Card')] });
  const audited = await MikroORM.init({ entities: [CardEntity], clientUrl });
  const deedlog = createDeedlog({ actor: () => userActor('7'), store: mikroOrmStore(audited) });
  const ratios: Ratio[] = [];
  for (const work of WORKS) {
    const variants: [Variant, ...Variant[]] = [
      { name: 'bare', target: undefined, prepare: flushing(bare, work) },
      { name: 'deedlog in an intent', target: work.target, prepare: flushing(audited, work, (flush) => deedlog.withIntent({ action: 'card.work', host: {} }, flush)) },
      { name: 'plain onFlush recipe', target: undefined, prepare: flushing(plain, work) },
    ];
    await checkRecorded(client, variants, work.rows);
    const samples = work.rows === 1 ? 60 : 12;
    ratios.push(...(await interleave({ title: `effects: ${work.title}`, variants, samples, clear: () => clear(client) })));
  }
  await deedlog.close();
  for (const orm of [bare, plain, audited]) await orm.close();
  return ratios;
}

type Around = (flush: () => Promise<void>) => Promise<unknown>;

function flushing(orm: MikroORM, { prepare, change }: Work, around: Around = (flush) => flush()): Variant['prepare'] {
  return async () => {
    const em = orm.em.fork();
    const prepared = await prepare(em);
    return () =>
      around(async () => {
        change(em, prepared);
        await em.flush();
      });
  };
}

async function clear(client: PostgresLike): Promise<void> {
  await client.query('truncate card, plain_log, deedlog.effect, deedlog.activity');
}

/** A contender that records nothing would be fast. */
async function checkRecorded(client: PostgresLike, variants: readonly Variant[], rows: number): Promise<void> {
  await clear(client);
  for (const { prepare } of variants) await (await prepare())();
  const { rows: counts } = await client.query(`select (select count(*)::int from plain_log) as plain,
    (select count(*)::int from deedlog.effect e join deedlog.activity a on a.id = e.activity_id) as effects, (select count(*)::int from deedlog.activity) as activities`);
  const expected = JSON.stringify({ plain: rows, effects: rows, activities: 1 });
  if (JSON.stringify(counts[0]) !== expected) throw new Error(`recorded ${JSON.stringify(counts[0])}, expected ${expected}`);
}
