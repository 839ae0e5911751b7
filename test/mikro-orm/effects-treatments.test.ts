import { REDACTED, UNKNOWN } from '@deedlog/core';
import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';
import type { AuditedOrm } from './audited-orm.ts';

const Spot = defineEntity({ name: 'Spot', embeddable: true, properties: { city: p.string(), zip: p.string() } });
const Tag = defineEntity({ name: 'Tag', properties: { id: p.integer().primary(), text: p.string() } });

const properties = {
  id: p.integer().primary(),
  text: p.string().nullable(),
  bytes: p.uint8array().nullable(),
  moment: p.datetime().nullable(),
  big: p.bigint('bigint').nullable(),
  doc: p.json<object>().nullable(),
  spot: () => p.embedded(Spot).nullable(),
  far: () => p.embedded(Spot).object().nullable(),
  tag: () => p.manyToOne(Tag).nullable(),
  tags: () => p.manyToMany(Tag),
};
const FIELDS = ['text', 'bytes', 'moment', 'big', 'doc', 'spot', 'far', 'tag', 'tags'] as const;
const Hidden = defineEntity({ name: 'Hidden', properties });
const Hashed = defineEntity({ name: 'Hashed', properties });
auditable(Hidden, { fields: Object.fromEntries(FIELDS.map((field) => [field, 'redact'])) });
auditable(Hashed, { fields: Object.fromEntries(FIELDS.map((field) => [field, 'hash'])) });

const first = {
  text: 'needle-a', bytes: Buffer.from('needle-b'), moment: new Date('2026-01-02'), big: 424242424242n, doc: { a: 'needle-c' },
  spot: { city: 'needle-d', zip: 'needle-e' }, far: { city: 'needle-f', zip: 'needle-g' },
};
const second = { ...first, text: 'needle-h', bytes: Buffer.from('needle-i'), moment: new Date('2026-03-04'), big: 434343434343n, doc: { a: 'needle-j' } };
const NEEDLES = /needle|6e6565646c65|2026-0|4242|4343/;

/** Creates, changes and deletes a row; the effects of each. */
async function lifeOf(orm: AuditedOrm, entity: typeof Hidden | typeof Hashed): Promise<Readonly<Record<string, readonly [unknown, unknown]>>[]> {
  const find = (em: EntityManager): Promise<object> => em.findOneOrFail(entity, 1, { populate: ['tags'] as never });
  const tag = (em: EntityManager, id: number): object => em.getReference(Tag, id);
  const effects = [
    await orm.effectsOf((em) => em.create(entity, { ...first, tag: 1, tags: [1] } as never)),
    await orm.effectsOf(async (em) => em.assign(await find(em), { ...second, spot: { city: 'needle-k' }, far: { city: 'needle-l' }, tag: tag(em, 2), tags: [tag(em, 2)] } as never)),
    await orm.effectsOf(async (em) => em.remove(await find(em))),
  ];
  expect(effects.map((few) => few.map(([op]) => op).join(''))).toEqual(['I', 'U', 'D']);
  return effects.map(([effect]) => effect?.[2] ?? {});
}

async function open(): Promise<AuditedOrm> {
  const orm = await auditedOrm([Spot, Tag, Hidden, Hashed]);
  await orm.client.query(`insert into tag (text) values ('a'), ('b')`);
  return orm;
}

const all = (pair: (name: string) => readonly [unknown, unknown]): Record<string, unknown> => Object.fromEntries(FIELDS.map((name) => [name, pair(name)]));

test('a redacted field of any shape tells that it changed and nothing of what it held', async () => {
  await using orm = await open();
  const [made, changed, gone] = await lifeOf(orm, Hidden);
  expect(made).toEqual(all(() => [null, REDACTED]));
  expect(changed).toEqual(all(() => [REDACTED, REDACTED]));
  expect(gone).toEqual(all(() => [REDACTED, null]));
  expect(JSON.stringify(await orm.effects())).not.toMatch(NEEDLES);
});

test('a hashed field of any shape tells one hash for one value, and none to read', async () => {
  await using orm = await open();
  const [made = {}, changed = {}, gone = {}] = await lifeOf(orm, Hashed);
  const hash = expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/);
  expect(made).toEqual(all(() => [null, hash]));
  expect(changed).toEqual(all((name) => [made[name]?.[1], hash]));
  expect(gone).toEqual(all((name) => [changed[name]?.[1], null]));
  for (const name of FIELDS) expect(changed[name]?.[0], name).not.toBe(changed[name]?.[1]);
  expect((await orm.effectsOf((em) => em.create(Hashed, { ...first, tag: 1, tags: [1] } as never)))[0]?.[2]).toEqual(made);
  expect(JSON.stringify(await orm.effects())).not.toMatch(NEEDLES);
});

test('of a row that was never loaded a hash is unknown, and a redacted value stays redacted', async () => {
  await using orm = await open();
  await orm.effectsOf((em) => em.create(Hashed, first as never));
  await orm.effectsOf((em) => em.create(Hidden, first as never));
  const unread = { text: 'needle-z' };
  expect((await orm.effectsOf((em) => em.assign(em.getReference(Hashed, 1), unread)))[0]?.[2]).toEqual({ text: [UNKNOWN, expect.stringMatching(/^hmac/)] });
  expect((await orm.effectsOf((em) => em.assign(em.getReference(Hidden, 1), unread)))[0]?.[2]).toEqual({ text: [REDACTED, REDACTED] });
  expect((await orm.effectsOf((em) => em.remove(em.getReference(Hidden, 1))))[0]?.[2]).toEqual(all(() => [REDACTED, null]));
});
