import type { Activity, Effect } from '@deedlog/core';

/** What the day and the night changed, field by field: the action, then `+` created, `~` changed or `-` deleted. No order among them. */
export const THE_EFFECTS: readonly string[] = [
  'auth.login | + session | staff: – → 1',
  'auth.login | + session | staff: – → 2',
  'auth.login | + session | staff: – → 3',
  'auth.refresh | + session | staff: – → 2',
  'auth.refresh | ~ session | endedAt: – → TIME',
  'auth.impersonate | + session | impersonator: – → 3; staff: – → 2',
  'auth.logout | ~ session | endedAt: – → TIME',
  'patient.create | + patient 3 | fileNumber: – → P-NEW; name: – → (redacted); phone: – → 555-0199',
  'patient.update | ~ patient 3 | diagnosis: (redacted) → (redacted); phone: 555-0199 → 555-0200',
  'patient.delete | - patient 3 | diagnosis: (redacted) → –; fileNumber: P-NEW → –; name: (redacted) → –; phone: 555-0200 → –',
  'patient.update | ~ patient 2 | phone: 555-0102 → 555-0142',
  'patient.update | ~ patient 1 | phone: 555-0101 → 555-0111',
  'prescription.create | + prescription | medicine: – → 1; packs: – → 2; patient: – → 1; status: – → draft',
  'prescription.create | + prescription | medicine: – → 1; packs: – → 50; patient: – → 2; status: – → draft',
  'prescription.create | + prescription | medicine: – → 2; packs: – → 1; patient: – → 2; status: – → draft',
  'prescription.approve | ~ prescription | status: draft → approved',
  'prescription.approve | ~ medicine 1 | stock: 10 → 8',
  'prescription.dispense | ~ prescription | status: approved → dispensed',
  'appointment.book | + appointment 1 | doctor: – → 1; patient: – → 1; startsAt: – → 2031-03-03T09:00:00.000Z',
  'appointment.book | + appointment 2 | doctor: – → 1; patient: – → 2; startsAt: – → 2031-03-03T17:00:00.000Z',
  'appointment.book | + appointment 4 | doctor: – → 1; patient: – → 1; startsAt: – → 2031-03-04T09:00:00.000Z',
  'appointment.cancel | - appointment 4 | doctor: 1 → –; patient: 1 → –; startsAt: 2031-03-04T09:00:00.000Z → –',
  'admin.add-staff | + staff 5 | email: – → HASH; name: – → Zoe Lindqvist; passwordHash: – → (redacted); role: – → nurse',
  'admin.set-role | ~ staff 5 | role: nurse → doctor',
  'appointment.postpone | ~ appointment 1 | startsAt: 2031-03-03T09:00:00.000Z → 2031-03-10T09:00:00.000Z',
  'appointment.postpone | ~ appointment 2 | startsAt: 2031-03-03T17:00:00.000Z → 2031-03-10T17:00:00.000Z',
  'no activity | ~ appointment 2 | startsAt: 2031-03-10T17:00:00.000Z → 2031-03-10T18:00:00.000Z',
  'medicine.update | ~ medicine 1 | stock: (unknown) → 7',
  'medicine.update | ~ medicine 2 | name: Ibuprofen → Ibuprofen 400',
].toSorted();

/** The effects under the acts of a printed timeline, in the form of {@link THE_EFFECTS}. */
export function printedEffects(stdout: string): readonly string[] {
  const effects: { head: string; fields: string[] }[] = [];
  let action = '';
  for (const line of stdout.split('\n')) {
    action = /^(?: {2}[\d:.]{12} \S (\S+)|– +(no activity))/.exec(line)?.slice(1).join('') || action;
    const [, row = '', field] = /^ {17}(?=.{21} )([+~-] \w+ \S+ +| {22})(\w+: +.* → .*)$/.exec(line) ?? [];
    if (field === undefined) continue;
    if (row.trim() !== '') effects.push({ head: `${action} | ${row.trim()}`, fields: [] });
    effects.at(-1)?.fields.push(field.replace(/: +/, ': '));
  }
  return effects.map(({ head, fields }) => comparable(head, fields)).toSorted();
}

const OPS: Readonly<Record<string, string>> = { I: '+', U: '~', D: '-' };
const HIDDEN: Readonly<Record<string, string>> = { '***REDACTED***': '(redacted)', '***UNKNOWN***': '(unknown)' };

/** The stored effects in the same form; made apart from the timeline, which is under test, too. */
export function storedEffects(activities: readonly Activity[], effects: readonly Effect[]): readonly string[] {
  const value = (one: unknown): string => (one === null ? '–' : (HIDDEN[String(one)] ?? String(one)));
  return effects
    .map(({ op, table, key, changes, activityId }) => {
      const action = activityId === null ? 'no activity' : activities.find(({ id }) => id === activityId)?.action;
      const fields = Object.entries(changes).map(([field, [old, now]]) => `${field}: ${value(old)} → ${value(now)}`);
      return comparable(`${action} | ${OPS[op]} ${table.replace('clinic_example.', '')} ${key}`, fields);
    })
    .toSorted();
}

/** Without what differs from run to run. Two prescriptions are created side by side, so their ids say nothing. */
function comparable(head: string, fields: readonly string[]): string {
  const row = head.replace(/(session|prescription) \S+$/, '$1');
  const changes = fields.toSorted().join('; ');
  const steady = changes
    .replaceAll(/P-[0-9A-F]{6}/g, 'P-NEW')
    .replaceAll(/#[0-9a-f]{8}…|hmac-sha256:[0-9a-f]{64}/g, 'HASH')
    .replaceAll(/(endedAt: .* → )\S+/g, '$1TIME');
  return `${row} | ${steady}`;
}
