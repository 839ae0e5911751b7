import type { ActionCatalogue, Deedlog } from '@deedlog/core';
import { envelopError } from './errors.ts';

/** Throws `ENVELOP_DEEDLOG_MISSING` for anything that is not a deedlog. From here on the types of host and catalogue do not matter. */
export function checkDeedlog<Host, Catalogue extends ActionCatalogue>(deedlog: Deedlog<Host, Catalogue>): Deedlog {
  const { openIntent } = (deedlog ?? {}) as { openIntent?: unknown };
  if (typeof openIntent !== 'function') throw envelopError('ENVELOP_DEEDLOG_MISSING');
  return deedlog as unknown as Deedlog;
}
