import type { UnitOfWork } from '@mikro-orm/core';
import { mikroOrmError } from './errors.ts';

/**
 * Sees that one EntityManager serves one flow (a request, a job): MikroORM runs a flush that comes while another is under way
 * in the async context of that other, and would so attribute it to the wrong one. Outside any flow every one is free.
 */
export class FlowGuard {
  readonly #flows = new WeakMap<UnitOfWork, object>();
  readonly #flowNow: () => object | undefined;

  constructor(flowNow: () => object | undefined) {
    this.#flowNow = flowNow;
  }

  /** Called when a flush starts. Throws `MIKRO_ORM_ENTITY_MANAGER_SHARED`. */
  flushing(uow: UnitOfWork): void {
    const flow = this.#flowNow();
    if (flow === undefined) return;
    const known = this.#flows.get(uow);
    if (known === undefined) this.#claim(uow, flow);
    else if (known !== flow) throw mikroOrmError('MIKRO_ORM_ENTITY_MANAGER_SHARED');
  }

  /** From now on a flush is asked in the async context of its caller, before it waits for one that is under way. */
  #claim(uow: UnitOfWork, owner: object): void {
    this.#flows.set(uow, owner);
    const commit = uow.commit.bind(uow);
    uow.commit = async () => {
      const flow = this.#flowNow();
      if (flow !== undefined && flow !== owner) throw mikroOrmError('MIKRO_ORM_ENTITY_MANAGER_SHARED');
      await commit();
    };
  }
}
