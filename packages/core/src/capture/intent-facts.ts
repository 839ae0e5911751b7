import type { Actor } from '../record/actor.ts';
import type { Changes } from '../record/changes.ts';
import type { Ending } from '../record/outcome.ts';
import type { Target, TargetLike } from '../record/target.ts';
import type { Draft } from './draft.ts';
import type { Recorder } from './recorder.ts';
import { SuggestedTargets } from './suggested-targets.ts';

type FactName =
  | 'target' | 'related' | 'reason' | 'metadata' | 'values' | 'changes' | 'changeFields' | 'columns' | 'actor' | 'message' | 'tool'
  | 'context' | 'occurredAt' | 'correlationId' | 'causationId';

/** What can be said about an intent while it is open. */
export type Facts = { -readonly [Fact in FactName]?: Draft[Fact] | undefined };

/** What a helper brings to an intent that it completes. */
export interface Completion extends Facts {
  readonly action: string;
  readonly model?: string | undefined;
  readonly ending?: Ending | undefined;
}

/** Collects what the body of an intent says; what comes after the record was written is kept apart as late. */
export abstract class IntentFacts {
  protected readonly recorder: Recorder;
  protected facts: Facts = {};
  protected late: Facts | undefined;
  /** What becomes the target where nobody names one. */
  readonly suggestions: SuggestedTargets = new SuggestedTargets();
  /** The last that a flush of the intent ran in. It may be open at the end, unseen by the store: the record belongs there. */
  transaction: object | undefined;

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  /** Whether the record is written, be it in a transaction that is still open. */
  protected abstract get recorded(): boolean;
  /** Something was said after the record was written. */
  protected abstract saidLate(): void;

  target(target: TargetLike): void {
    if (this.recorded && this.tellsOf(target)) return;
    this.writable().target = target;
  }

  related(role: string, target: TargetLike): void {
    (this.writable().related ??= []).push({ role, target });
  }

  reason(reason: string): void {
    if (this.recorded && reason === this.facts.reason) return;
    this.writable().reason = reason;
  }

  metadata(metadata: Readonly<Record<string, unknown>>): void {
    this.merge('metadata', metadata);
  }

  values(values: Readonly<Record<string, unknown>>): void {
    this.merge('values', values);
  }

  changes(changes: Changes): void {
    this.merge('changes', changes);
  }

  columns(columns: Readonly<Record<string, unknown>>): void {
    this.merge('columns', columns);
  }

  actor(actor: Actor): void {
    this.writable().actor = actor;
  }

  /** Who acts, where that was said since the intent was opened. */
  get namedActor(): Actor | null | undefined {
    return this.facts.actor;
  }

  /** Adds what a helper brings. */
  protected add({ target, related = [], metadata, values, changes, columns, ...others }: Facts): void {
    if (target !== undefined) this.target(target);
    for (const one of related) this.related(one.role, one.target);
    if (metadata !== undefined) this.metadata(metadata);
    if (values !== undefined) this.values(values);
    if (changes !== undefined) this.changes(changes);
    if (columns !== undefined) this.columns(columns);
    const told = Object.entries(others).filter(([, fact]) => fact !== undefined && fact !== null);
    if (told.length > 0) Object.assign(this.writable(), Object.fromEntries(told));
  }

  protected get suggested(): Target | undefined {
    return this.suggestions.first((entity) => this.recorder.describe(entity));
  }

  /** Whether the record names this very target. */
  protected tellsOf(target: TargetLike): boolean {
    const own = this.facts.target ?? this.suggested;
    return own !== undefined && this.recorder.sameTarget(own, target);
  }

  private merge<Fact extends 'metadata' | 'values' | 'changes' | 'columns'>(fact: Fact, given: NonNullable<Facts[Fact]>): void {
    const facts = this.writable();
    const known: NonNullable<Facts[Fact]> | undefined = facts[fact] ?? undefined;
    facts[fact] = mergeBags(known, given);
  }

  private writable(): Facts {
    if (!this.recorded) return this.facts;
    this.late ??= {};
    this.saidLate();
    return this.late;
  }
}

/** The facts of the activity that follows a committed one: what came late wins, and changes are not told twice. */
export function withLate(facts: Facts, late: Facts): Facts {
  return {
    ...facts,
    ...late,
    changes: late.changes,
    metadata: mergeBags(facts.metadata, late.metadata),
    values: mergeBags(facts.values, late.values),
    columns: mergeBags(facts.columns, late.columns),
  };
}

/** Both bags in one, the later winning. A bag that cannot be read is kept as it is: the record then shows that it is unreadable. */
export function mergeBags<Bag extends object>(one: Bag | undefined, other: Bag | undefined): Bag | undefined {
  if (one === undefined || other === undefined) return other ?? one;
  try {
    return { ...one, ...other };
  } catch {
    return other;
  }
}
