import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { InferEntity } from '@mikro-orm/core';
import { Medicine } from './medicine.ts';
import { Patient } from './patient.ts';
import { Staff } from './staff.ts';

export const Prescription = defineEntity({
  name: 'Prescription',
  properties: {
    id: p.integer().primary(),
    patient: () => p.manyToOne(Patient).deleteRule('cascade'),
    medicine: () => p.manyToOne(Medicine),
    packs: p.integer(),
    prescribedBy: () => p.manyToOne(Staff),
    status: p.enum(['draft', 'approved', 'dispensed'] as const).default('draft'),
  },
});

auditable(Prescription, { fields: { patient: 'plain', medicine: 'plain', packs: 'plain', status: 'plain' } });

export type PrescriptionSheet = InferEntity<typeof Prescription>;
