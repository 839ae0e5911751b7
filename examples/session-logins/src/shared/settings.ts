import type { DeedlogOptions, Store } from '@deedlog/core';

/** Where the log of an example goes; the defaults are those of deedlog. */
export interface LogSettings extends Pick<DeedlogOptions, 'sinks' | 'onFailure' | 'onProblem'> {
  /** `memoryStore()`; in production `mikroOrmStore(orm)`. */
  readonly store: Store;
}

export interface ExampleSettings {
  readonly log: LogSettings;
  /** 0 takes a free one. */
  readonly port: number;
  /** Signs or encrypts the session's cookie. */
  readonly secret: string;
}

/** How long a session lives, in seconds. */
export const SESSION_SECONDS = 7 * 24 * 3600;
