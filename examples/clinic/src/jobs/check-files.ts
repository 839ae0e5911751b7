import { systemActor } from '@deedlog/core';
import type { EntityManager } from '@mikro-orm/core';
import type { ClinicLog } from '../audit.ts';
import { Patient } from '../entities/patient.ts';

/** Looks for files that lack something, and records the result as an activity of a kind of its own, with its own columns. */
export async function checkFiles(em: EntityManager, deedlog: ClinicLog): Promise<void> {
  await deedlog.run({ actor: systemActor('quality', { label: 'Data quality' }) }, async () => {
    const findings = await em.count(Patient, { diagnosis: null });
    // `team` is required by the model, and misspelling it does not compile.
    await deedlog.trackActivity({ model: 'data-quality', action: 'data.check', team: 'front-desk', findings });
  });
}
