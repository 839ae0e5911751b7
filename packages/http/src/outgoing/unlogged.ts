import { AsyncLocalStorage } from 'node:async_hooks';

/** `hidden`: a log's own traffic. `told`: another log of ours records this call. */
type Told = 'hidden' | 'told';

const tellers = new AsyncLocalStorage<Told>();

/**
 * Runs `body` with its outgoing calls left out of {@link outgoingLog} and {@link loggedFetch}, however late it makes them. For the code of a
 * sink that ships records over HTTP: its own requests would otherwise be recorded, and shipped in their turn, for ever.
 */
export function unlogged<Result>(body: () => Result): Result {
  return tellers.run('hidden', body);
}

/** Runs the call that is recorded by whoever asks for this. */
export function toldElsewhere<Result>(body: () => Result): Result {
  return tellers.run('told', body);
}

export function whoTells(): Told | undefined {
  return tellers.getStore();
}
