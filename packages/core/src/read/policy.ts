import type { Actor } from '../record/actor.ts';

/** The model name under which {@link ReadPolicy.hide} speaks of every model. */
export const EVERY_MODEL = '*';

/** What one reader may see. The host's `authorize` makes it; what it does not grant is denied. */
export interface ReadPolicy {
  /** `all` includes what has no tenant, and unexplained effects; a list is these tenants alone. */
  readonly tenants: 'all' | readonly string[];
  readonly models: 'all' | readonly string[];
  /**
   * Names that never leave the reader, by model (`*`: every model). A name is a key at any depth of input, metadata, context, message
   * values, changes, effects and own columns (`email`), or a property of the item itself (`reason`, `input`, `actor`).
   */
  readonly hide?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Who reads. Recorded with the read where reads are recorded. */
  readonly reader?: Actor | undefined;
}

/** The host's decision on a request. Nothing: the reading is denied. */
export type Authorize<Host> = (host: Host) => ReadPolicy | null | undefined | Promise<ReadPolicy | null | undefined>;
