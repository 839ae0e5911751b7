import { createId } from '../record/id.ts';
import type { Audit } from './intent.ts';

const ignore = (): void => undefined;

/** An {@link Audit} that drops what it is told, so that a body works unchanged where deedlog is switched off. */
export const silentAudit: Audit = {
  get id() {
    return createId();
  },
  target: ignore,
  related: ignore,
  reason: ignore,
  metadata: ignore,
  values: ignore,
  changes: ignore,
  columns: ignore,
  actor: ignore,
  outcome: ignore,
  skip: ignore,
};
