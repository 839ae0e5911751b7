import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { InferEntity } from '@mikro-orm/core';
import { Patient } from './patient.ts';
import { Staff } from './staff.ts';

export const Appointment = defineEntity({
  name: 'Appointment',
  properties: {
    id: p.integer().primary(),
    patient: () => p.manyToOne(Patient).deleteRule('cascade'),
    doctor: () => p.manyToOne(Staff),
    startsAt: p.datetime(),
  },
  // The database itself refuses to book a doctor twice.
  uniques: [{ properties: ['doctor', 'startsAt'] }],
});

// By triggers: a bulk update, a cascade and somebody with psql are seen, too.
auditable(Appointment, { fields: { patient: 'plain', doctor: 'plain', startsAt: 'plain' }, capture: 'trigger' });

export type Booking = InferEntity<typeof Appointment>;
