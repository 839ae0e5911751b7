import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs work that belongs to no caller: not in the scope or transaction of the request that happened to cause it, nor of the one in which
 * a deedlog or queue was made, for example because its module was first needed there.
 */
export const outside: ReturnType<typeof AsyncLocalStorage.snapshot> = AsyncLocalStorage.snapshot();
