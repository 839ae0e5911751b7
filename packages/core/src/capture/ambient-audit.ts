import { coreError } from '../errors.ts';
import type { Audit } from './intent.ts';

/** An {@link Audit} that speaks to whichever intent is open where it is called. Throws `INTENT_MISSING` where none is. */
export function ambientAudit(current: () => Audit | undefined): Audit {
  const intent = (): Audit => {
    const open = current();
    if (open === undefined) throw coreError('INTENT_MISSING');
    return open;
  };
  return {
    get id() {
      return intent().id;
    },
    target: (target) => intent().target(target),
    related: (role, target) => intent().related(role, target),
    reason: (reason) => intent().reason(reason),
    metadata: (metadata) => intent().metadata(metadata),
    values: (values) => intent().values(values),
    changes: (changes) => intent().changes(changes),
    columns: (columns) => intent().columns(columns),
    actor: (actor) => intent().actor(actor),
    outcome: (ending) => intent().outcome(ending),
    skip: () => intent().skip(),
  };
}
