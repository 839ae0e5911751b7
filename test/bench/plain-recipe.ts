import { defineEntity, p } from '@mikro-orm/core';
import type { EventSubscriber, FlushEventArgs } from '@mikro-orm/core';

/** The entity that the plain recipe persists. */
export const PlainLog = defineEntity({
  name: 'PlainLog',
  properties: { id: p.integer().primary(), at: p.datetime(), who: p.string(), what: p.string(), entity: p.string(), key: p.string().nullable(), changes: p.json() },
});
export const PLAIN_LOG_TABLE =
  'create table plain_log (id serial primary key, at timestamptz not null, who text not null, what text not null, entity text not null, key text, changes jsonb not null)';

/** The recipe of blogs and answers: a log entity is persisted from `onFlush`. */
export class PlainRecipe implements EventSubscriber {
  readonly #className: string;

  constructor(className: string) {
    this.#className = className;
  }

  async onFlush({ uow, em }: FlushEventArgs): Promise<void> {
    for (const set of uow.getChangeSets()) {
      if (set.meta.className !== this.#className) continue;
      const key = set.getPrimaryKey();
      const row = { at: new Date(), who: '7', what: set.type, entity: set.meta.className, key: key === null ? null : String(key), changes: { old: set.originalEntity ?? null, now: set.payload } };
      uow.computeChangeSet(em.create(PlainLog, row as never, { persist: false }));
    }
    await Promise.resolve();
  }
}
