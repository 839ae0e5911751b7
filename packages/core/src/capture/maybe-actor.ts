import type { Actor } from '../record/actor.ts';

/** What an actor resolver answers; `host.user && userActor(host.user)` fits whatever `host.user` is. */
export type MaybeActor = Actor | null | undefined | '' | false | 0;
