import { AsyncLocalStorage } from 'node:async_hooks';
import { helper } from '@mikro-orm/core';
import type { EventArgs, EventSubscriber } from '@mikro-orm/core';

/** Where a flush runs, as the test knows it. */
export interface Whereabouts {
  readonly actor: string | undefined;
  readonly intent: string | undefined;
}

const whereabouts = new AsyncLocalStorage<Whereabouts>();

export function at<Result>(place: Partial<Whereabouts>, body: () => Result): Result {
  return whereabouts.run({ ...here(), ...place }, body);
}

export function here(): Whereabouts {
  return whereabouts.getStore() ?? { actor: undefined, intent: undefined };
}

/** Writes into each row in which scope and intent it is flushed; a deleted row is remembered with its last attempt. */
export class Stamps implements EventSubscriber {
  readonly deletions = new Map<string, string>();

  beforeCreate({ entity }: EventArgs<object>): void {
    stampOn(entity);
  }

  beforeUpdate({ entity }: EventArgs<object>): void {
    stampOn(entity);
  }

  beforeDelete({ entity, meta }: EventArgs<object>): void {
    this.deletions.set(`public.${meta.tableName} ${helper(entity).getPrimaryKeys()?.join(':')}`, JSON.stringify(here()));
  }
}

function stampOn(entity: object): void {
  if ('stamp' in entity || 'lane' in entity) (entity as { stamp: string }).stamp = JSON.stringify(here());
}
