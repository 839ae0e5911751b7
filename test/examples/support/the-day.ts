import type { Activity } from '@deedlog/core';

/** What `playTheDay` does, in the words of the log: one line for each act, no order among them. */
export const THE_DAY: readonly string[] = [
  '✓ auth.login | Staff 1 Ada Okafor | Ada Okafor | tRPC',
  '✗ auth.login | Staff 2 Ben Castillo | anonymous | tRPC',
  '✗ auth.login |  | anonymous | tRPC',
  '✓ auth.login | Staff 2 Ben Castillo | Ben Castillo | tRPC',
  '✓ auth.refresh | Staff 2 Ben Castillo | Ben Castillo | tRPC',
  '✗ auth.refresh |  | Ben Castillo | tRPC',
  '✓ patient.create | Patient 3 P-NEW | Ben Castillo | tRPC',
  '✓ patient.update | Patient 3 P-NEW | Ben Castillo | tRPC',
  '✗ patient.create |  | Ben Castillo | tRPC',
  '⊘ patient.delete |  | anonymous | tRPC',
  '⊘ prescription.create |  | Ben Castillo | GraphQL',
  '✓ patient.view | Patient 1 P-0001 | Ada Okafor | tRPC',
  '✓ prescription.create | Prescription 1 | Ada Okafor | tRPC',
  '✓ prescription.create | Prescription 2 | Ada Okafor | tRPC',
  '✓ prescription.approve | Prescription SMALL | Ada Okafor | GraphQL',
  '✓ prescription.dispense | Prescription SMALL | Pharmacy for Ada Okafor | manual',
  '✗ prescription.approve | Prescription LARGE | Ada Okafor | GraphQL',
  '✓ appointment.book | Appointment 1 | Ben Castillo | GraphQL',
  '✓ appointment.book | Appointment 2 | Ben Castillo | GraphQL',
  '✗ appointment.book |  | Ben Castillo | GraphQL',
  '✓ prescription.create | Prescription 3 | Ada Okafor | GraphQL',
  '✓ appointment.book | Appointment 4 | Ben Castillo | tRPC',
  '✓ patient.view | Patient 2 P-0002 | Ben Castillo | tRPC',
  '✓ patient.update | Patient 2 P-0002 | Ada Okafor | tRPC',
  '✓ appointment.cancel | Appointment 4 | Ada Okafor | tRPC',
  '✓ patient.delete | Patient 3 P-NEW | Ada Okafor | tRPC',
  '⊘ admin.set-role |  | Ben Castillo | tRPC',
  '✓ auth.login | Staff 3 Iris Novak | Iris Novak | tRPC',
  '✓ admin.add-staff | Staff 5 Zoe Lindqvist | Iris Novak | tRPC',
  '✓ admin.set-role | Staff 5 Zoe Lindqvist | Iris Novak | tRPC',
  '✓ auth.impersonate | Staff 2 Ben Castillo | Iris Novak for Ben Castillo | tRPC',
  '✓ patient.update | Patient 1 P-0001 | Iris Novak for Ben Castillo | tRPC',
  '✓ admin.activities |  | Iris Novak | tRPC',
  '✓ auth.logout | Staff 2 Ben Castillo | Ben Castillo | tRPC',
  '⊘ patient.view |  | Ben Castillo | tRPC',
].toSorted();

/** What `playTheNight` does, in the same form: a change that nobody declared, one of nobody known, one left out, one of another kind, one by a single statement. */
export const THE_NIGHT: readonly string[] = [
  '✓ medicine.update | Medicine 1 | Stocktake | fallback',
  '✓ medicine.update | Medicine 2 Ibuprofen 400 | not known | fallback',
  '✓ deedlog.suppress |  | Maintenance | manual',
  '✓ data.check |  | Data quality | manual',
  '✓ appointment.postpone | Staff 1 Ada Okafor | Iris Novak | manual',
].toSorted();

/** Two prescriptions are created side by side, so either may get the lower id. */
const EITHER_PRESCRIPTION = /(prescription\.(?:approve|dispense) \| Prescription) [12] /;

/** The act lines of a printed timeline, in the form of {@link THE_DAY}. */
export function printedActs(stdout: string): readonly string[] {
  // Its columns are cut to their width.
  const line = /^ {2}[\d:.]{12} (\S) (.{21}) (.{23}) (.{27}) (\S+)$/gm;
  return [...stdout.matchAll(line)]
    .map(([, mark, ...columns]) => `${mark} ${columns.map((column) => column.trim().replace('Ibuprofen 4…', 'Ibuprofen 400')).join(' | ')}`)
    .map(comparable)
    .toSorted();
}

const MARKS = { success: '✓', failure: '✗', denied: '⊘', unknown: '?' } as const;
const VIA: Readonly<Record<string, string>> = { trpc: 'tRPC', envelop: 'GraphQL', 'mikro-orm': 'fallback' };

/** The stored activities in the form of {@link THE_DAY}; made apart from the timeline, which is under test, too. */
export function storedActs(activities: readonly Activity[]): readonly string[] {
  return activities.map((one) => comparable(`${MARKS[one.outcome]} ${one.action} | ${target(one)} | ${actor(one)} | ${VIA[one.observer] ?? one.observer}`)).toSorted();
}

function target({ targetType, targetId, targetLabel }: Activity): string {
  return targetType === null ? '' : `${targetType} ${targetId}${targetLabel === null ? '' : ` ${targetLabel}`}`;
}

function actor({ actorKind, actorLabel, onBehalfOf }: Activity): string {
  return `${actorLabel ?? actorKind ?? 'not known'}${onBehalfOf === null ? '' : ` for ${onBehalfOf.label}`}`;
}

function comparable(act: string): string {
  const name = act.startsWith('✗') ? 'LARGE' : 'SMALL';
  return act.replace(/P-[0-9A-F]{6}/, 'P-NEW').replace(EITHER_PRESCRIPTION, `$1 ${name} `);
}
