import { AsyncLocalStorage } from 'node:async_hooks';

/** Who acts, and in which intent, as the program knows it. */
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
