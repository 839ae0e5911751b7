import type { FailurePolicy } from '../deliver/failure-policy.ts';
import type { DeedlogError } from '../errors.ts';
import type { ActionDefinition } from '../record/action.ts';
import type { Activity } from '../record/activity.ts';
import type { IsDenied } from '../record/redact.ts';
import type { TargetDescriber } from '../record/target.ts';
import type { IsIgnored } from './ignore.ts';
import type { Models } from './models.ts';

/** Called with everything that went wrong without failing the caller. Must not throw; if it does, that is swallowed. */
export type OnProblem = (problem: DeedlogError, activity?: Activity) => void;

/** The options of `createDeedlog`, checked and with their defaults. */
export interface Settings {
  /** What the catalogue declares for an action, written as declared or in any form that normalises to it. */
  readonly definitionOf: (action: string) => ActionDefinition | undefined;
  /** The name under which an action is stored; '' where nothing is left of it. */
  readonly nameOf: (action: string) => string;
  /** Whether there is a catalogue, and actions must be in it. */
  readonly hasCatalogue: boolean;
  readonly isDenied: IsDenied;
  readonly isIgnored: IsIgnored;
  /** False: {@link isIgnored} never says yes. */
  readonly hasIgnoreRules: boolean;
  readonly describers: readonly TargetDescriber[];
  /** Undefined: only the default model, without own columns. */
  readonly models: Models | undefined;
  readonly source: string;
  readonly onFailure: FailurePolicy;
  readonly report: OnProblem;
}
