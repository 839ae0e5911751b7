import { ChangeSetType, helper } from '@mikro-orm/core';
import type { Collection, EventArgs, EventSubscriber, FlushEventArgs } from '@mikro-orm/core';
import { here } from './whereabouts.ts';
import type { Whereabouts } from './whereabouts.ts';

/** Notes of every flush where it runs: in the rows that it writes, and here for what leaves no row to write in. */
export class Stamps implements EventSubscriber {
  /** By row, where it was last tried to delete it. */
  readonly #deletions = new Map<string, Whereabouts>();
  /** By row and new items, where a collection was changed. */
  readonly #collections = new Map<string, Whereabouts[]>();
  /** By count, where an entity of two tables was flushed: MikroORM would put a stamp of it into the wrong one. */
  readonly #counts = new Map<number, Whereabouts>();
  #number = 0;

  beforeCreate({ entity }: EventArgs<object>): void {
    this.#stamp(entity);
  }

  beforeUpdate({ entity }: EventArgs<object>): void {
    this.#stamp(entity);
  }

  beforeDelete({ entity }: EventArgs<object>): void {
    this.#deletions.set(rowOf(entity), here());
  }

  onFlush({ uow }: FlushEventArgs): void {
    for (const { entity, type } of uow.getChangeSets()) {
      if (isOfTwoTables(entity) && type !== ChangeSetType.DELETE) this.#counts.set((entity as { count: number }).count, here());
    }
    for (const collection of uow.getCollectionUpdates() as Collection<object>[]) {
      const change = `${rowOf(collection.owner as object)} ${collection.getItems(false).map(keyOf).toSorted().join()}`;
      this.#collections.set(change, [...(this.#collections.get(change) ?? []), here()]);
    }
  }

  deletionOf(row: string): Whereabouts | undefined {
    return this.#deletions.get(row);
  }

  collectionChangesOf(row: string, items: readonly string[]): readonly Whereabouts[] {
    return this.#collections.get(`${row} ${items.toSorted().join()}`) ?? [];
  }

  flushOfCount(count: number): Whereabouts | undefined {
    return this.#counts.get(count);
  }

  forget(): void {
    this.#counts.clear();
    this.#deletions.clear();
    this.#collections.clear();
  }

  #stamp(entity: object): void {
    // Of an entity that was not loaded the stamp is not there yet.
    if ('stamp' in helper(entity).__meta.properties && !isOfTwoTables(entity)) (entity as { stamp: string }).stamp = JSON.stringify({ n: ++this.#number, ...here() });
  }
}

function isOfTwoTables(entity: object): boolean {
  return helper(entity).__meta.root.inheritanceType === 'tpt';
}

function keyOf(entity: object): string {
  return helper(entity).getPrimaryKeys()?.join(':') ?? '';
}

/** As effects name it: a truck is a row of its own table too. */
function rowOf(entity: object): string {
  return `public.${helper(entity).__meta.tableName} ${keyOf(entity)}`;
}
