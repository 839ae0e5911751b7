import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as envelop from '@deedlog/envelop';
import type * as mikroOrm from '@deedlog/mikro-orm';
import type * as trpc from '@deedlog/trpc';
import { cliError } from './errors.ts';
import { messageOf } from './message-of.ts';

/** The packages by which a project is looked into; it has those that it uses. */
export interface Adapters {
  readonly '@deedlog/envelop': typeof envelop;
  readonly '@deedlog/mikro-orm': typeof mikroOrm;
  readonly '@deedlog/trpc': typeof trpc;
}

/**
 * Imports a package as the file beside it does: what an application declared (`auditable`, `auditMiddleware`) is known to the
 * very copy that the application has, and to no other. Throws `CLI_ADAPTER_MISSING`.
 */
export async function importAdapter<Name extends keyof Adapters>(name: Name, from: string): Promise<Adapters[Name]> {
  try {
    return (await import(pathToFileURL(createRequire(from).resolve(name)).href)) as Adapters[Name];
  } catch (cause) {
    throw cliError('CLI_ADAPTER_MISSING', `${name}: ${messageOf(cause)}`, cause);
  }
}
