import { processLike } from '../process-like.ts';
import { unheard } from '../thenable.ts';
import type { OnProblem } from './settings.ts';

/** A reporter that never throws: one that fails, at once or later, must not fail the act it reports on. Default: a process warning. */
export function reporter(onProblem: OnProblem = warn): OnProblem {
  return (problem, activity) => {
    try {
      const reported: unknown = onProblem(problem, activity);
      unheard(reported);
    } catch {}
  };
}

function warn(problem: Error): void {
  processLike()?.emitWarning?.(problem);
}
