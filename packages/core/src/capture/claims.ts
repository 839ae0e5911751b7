import type { Target } from '../record/target.ts';
import type { ChangeVerb } from './track-change.ts';

interface Claim {
  readonly activityId: string;
  /** The change that the fallback recorded; undefined: told by hand, whatever changed. */
  readonly verb: ChangeVerb | undefined;
}

/** Targets that one flow (a request, a job) can have claimed; past this many the oldest is forgotten. */
const MAX_CLAIMS = 10_000;

/**
 * Which activity of a flow already tells of which target, so that the fallback links a change to it instead of telling it again,
 * and a helper that comes after the fallback does not tell it twice.
 */
export class Claims {
  readonly #claims = new Map<string, Claim>();
  /** The identity of the flow. */
  readonly flow: object;

  /** `around`: those of another actor in the same flow. */
  constructor(around?: Claims) {
    this.flow = around?.flow ?? this;
  }

  /** An activity told by hand is about this target. */
  claim(target: Target, activityId: string): void {
    this.#set(keyOf(target), { activityId, verb: undefined });
  }

  /** The fallback recorded this change. A claim by hand stays. */
  claimChange(target: Target, verb: ChangeVerb, activityId: string): void {
    this.#set(keyOf(target, verb), { activityId, verb });
  }

  /** The activity that explains a change of the target. */
  find(target: Target, verb: ChangeVerb): string | undefined {
    return (this.#claims.get(keyOf(target)) ?? this.#claims.get(keyOf(target, verb)))?.activityId;
  }

  /** The activity that the fallback made of this change. */
  findFallback(target: Target, verb: ChangeVerb): string | undefined {
    return this.#claims.get(keyOf(target, verb))?.activityId;
  }

  /** The activity was rolled back. */
  release(activityId: string): void {
    for (const [key, claim] of this.#claims) if (claim.activityId === activityId) this.#claims.delete(key);
  }

  #set(key: string, claim: Claim): void {
    this.#claims.delete(key);
    this.#claims.set(key, claim);
    if (this.#claims.size > MAX_CLAIMS) {
      const [oldest] = this.#claims.keys();
      if (oldest !== undefined) this.#claims.delete(oldest);
    }
  }
}

function keyOf({ type, id }: Target, verb?: ChangeVerb): string {
  return JSON.stringify(verb === undefined ? [type, String(id)] : [type, String(id), verb]);
}
