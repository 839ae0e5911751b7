import type { Actor } from '../record/actor.ts';
import type { Changes } from '../record/changes.ts';
import type { TargetLike } from '../record/target.ts';
import type { Draft } from './draft.ts';
import type { Recorder } from './recorder.ts';

/** What can be said about an intent while it is open. */
export type Facts = {
  -readonly [Fact in 'target' | 'related' | 'reason' | 'metadata' | 'values' | 'changes' | 'actor' | 'changeFields']?: Draft[Fact];
};

/** Collects what the body of an intent says; what comes after the record was written is kept apart as late. */
export abstract class IntentFacts {
  protected readonly recorder: Recorder;
  protected facts: Facts = {};
  protected late: Facts | undefined;
  protected suggested: object | undefined;

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  /** Whether the record is written, be it in a transaction that is still open. */
  protected abstract get recorded(): boolean;

  target(target: TargetLike): void {
    if (this.recorded && target === this.facts.target) return;
    if (this.recorded && this.facts.target === undefined && target === this.suggested) return;
    this.writable().target = target;
  }

  related(role: string, target: TargetLike): void {
    const facts = this.writable();
    const described = this.recorder.describe(target);
    facts.related = [...(facts.related ?? []), { ...described, role }];
  }

  reason(reason: string): void {
    this.writable().reason = reason;
  }

  metadata(metadata: Readonly<Record<string, unknown>>): void {
    const facts = this.writable();
    facts.metadata = { ...facts.metadata, ...metadata };
  }

  values(values: Readonly<Record<string, unknown>>): void {
    const facts = this.writable();
    facts.values = { ...facts.values, ...values };
  }

  changes(changes: Changes): void {
    const facts = this.writable();
    facts.changes = { ...facts.changes, ...changes };
  }

  actor(actor: Actor): void {
    this.writable().actor = actor;
  }

  /** The entity becomes the target unless somebody names one. */
  suggestTarget(entity: object): void {
    this.suggested ??= entity;
  }

  private writable(): Facts {
    return this.recorded ? (this.late ??= {}) : this.facts;
  }
}
