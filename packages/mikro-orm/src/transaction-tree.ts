import type { EntityManager } from '@mikro-orm/core';
import type { OrmTransaction } from './postgres-client.ts';

/**
 * Which savepoint lies in which transaction, and which transactions are over. MikroORM tells a savepoint's parent only in
 * `beforeTransactionStart`, and the savepoint itself only in `afterTransactionStart`; both come for the same
 * EntityManager, which starts one at a time (each nested `em.transactional` has a fork of its own).
 */
export class TransactionTree {
  readonly #starting = new WeakMap<EntityManager, OrmTransaction>();
  readonly #parents = new WeakMap<OrmTransaction, OrmTransaction>();
  readonly #known = new WeakSet<OrmTransaction>();
  readonly #ended = new WeakSet<OrmTransaction>();
  /** By outermost transaction: itself, and the savepoints that are open in it, each in the one before. */
  readonly #open = new WeakMap<OrmTransaction, OrmTransaction[]>();

  /** `parent` is undefined where an outermost transaction starts. */
  starting(em: EntityManager, parent: OrmTransaction | undefined): void {
    if (parent === undefined) this.#starting.delete(em);
    else this.#starting.set(em, parent);
  }

  started(em: EntityManager, transaction: OrmTransaction): void {
    const parent = this.#starting.get(em);
    this.#starting.delete(em);
    if (parent !== undefined) this.#parents.set(transaction, parent);
    this.#known.add(transaction);
    const root = this.rootOf(transaction);
    this.#open.set(root, [...(this.#open.get(root) ?? []), transaction]);
  }

  knows(transaction: unknown): transaction is OrmTransaction {
    return typeof transaction === 'object' && transaction !== null && this.#known.has(transaction);
  }

  /** A savepoint was released or rolled back. */
  left(savepoint: OrmTransaction): void {
    const open = this.#open.get(this.rootOf(savepoint)) ?? [];
    const place = open.indexOf(savepoint);
    if (place > 0) open.splice(place);
  }

  ended(transaction: OrmTransaction): void {
    this.#ended.add(transaction);
    this.#open.delete(transaction);
  }

  /** Where a statement on the connection of `transaction` lands now; undefined where that is over. */
  innermostOf(transaction: OrmTransaction): OrmTransaction | undefined {
    return this.#open.get(this.rootOf(transaction))?.at(-1);
  }

  parentOf(savepoint: OrmTransaction): OrmTransaction | undefined {
    return this.#parents.get(savepoint);
  }

  /** The outermost transaction around. */
  rootOf(transaction: OrmTransaction): OrmTransaction {
    let root = transaction;
    for (let parent = this.parentOf(root); parent !== undefined; parent = this.parentOf(root)) root = parent;
    return root;
  }

  /** An EntityManager still names its transaction while MikroORM tells that it has ended. */
  isOpen(transaction: OrmTransaction): boolean {
    return !this.#ended.has(this.rootOf(transaction));
  }
}
