import { asCome } from '../capture/flow.ts';
import type { Scope } from '../capture/scope.ts';
import { knownActorColumns } from '../record/actor.ts';
import type { Actor } from '../record/actor.ts';
import type { DurableEffect, WrittenEffect } from '../record/durable-effect.ts';
import type { FanOut } from './fan-out.ts';
import { TransactionLedger } from './transaction-ledger.ts';

/** The effects of one flush, and the scope in which it ran. */
interface Flushed {
  readonly effects: readonly WrittenEffect[];
  readonly scope: Scope | undefined;
  readonly at: Date;
}

/** Effects that open transactions have written, for the sinks that want them once they are durable. */
export class EffectsOfTransaction {
  readonly #ledger = new TransactionLedger<Flushed>();
  readonly #fanOut: FanOut;
  readonly #source: string;

  constructor(fanOut: FanOut, source: string) {
    this.#fanOut = fanOut;
    this.#source = source;
  }

  wrote(transaction: object, effects: readonly WrittenEffect[], scope: Scope | undefined): void {
    if (this.#fanOut.wantsEffects && effects.length > 0) this.#ledger.add(transaction, { effects, scope, at: new Date() });
  }

  released(savepoint: object, parent: object): void {
    this.#ledger.move(savepoint, parent);
  }

  rolledBack(transaction: object): void {
    this.#ledger.take(transaction);
  }

  /** Undefined: all are handed on. A promise where it is not known yet who acted; it never rejects. */
  committed(transaction: object): Promise<void> | undefined {
    const flushed = this.#ledger.take(transaction);
    if (flushed.length === 0) return undefined;
    const actors = flushed.map(({ scope }) => asCome(scope?.intent?.namedActor ?? scope?.actor));
    if (actors.some((actor) => actor instanceof Promise)) return Promise.all(actors.map((actor) => Promise.resolve(actor))).then((known) => this.#hand(flushed, known));
    this.#hand(flushed, actors as readonly (Actor | null | undefined)[]);
    return undefined;
  }

  #hand(flushed: readonly Flushed[], actors: readonly (Actor | null | undefined)[]): void {
    const records = flushed.flatMap(({ effects, scope, at }, place) => {
      const actor = knownActorColumns(actors[place]);
      const { correlationId = null, context } = scope ?? {};
      return effects.map((effect): DurableEffect => ({ ...effect, ...actor, occurredAt: at, source: this.#source, tenant: context?.tenant ?? null, correlationId }));
    });
    this.#fanOut.writeEffects(records);
  }
}
