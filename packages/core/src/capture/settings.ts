import type { FailurePolicy } from '../deliver/failure-policy.ts';
import type { DeedlogError } from '../errors.ts';
import type { ActionCatalogue } from '../record/action.ts';
import type { Activity } from '../record/activity.ts';
import type { IsDenied } from '../record/redact.ts';
import type { TargetDescriber } from '../record/target.ts';
import type { IsIgnored } from './ignore.ts';

/** Called with everything that went wrong without failing the caller. Must not throw; if it does, that is swallowed. */
export type OnProblem = (problem: DeedlogError, activity?: Activity) => void;

/** The options of `createDeedlog`, checked and with their defaults. */
export interface Settings {
  readonly actions: ActionCatalogue | undefined;
  readonly isDenied: IsDenied;
  readonly isIgnored: IsIgnored;
  readonly normalizeAction: (action: string) => string;
  readonly describers: readonly TargetDescriber[];
  readonly source: string;
  readonly onFailure: FailurePolicy;
  readonly report: OnProblem;
}
