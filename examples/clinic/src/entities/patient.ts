import { defineEntity, p } from '@mikro-orm/core';
import type { InferEntity } from '@mikro-orm/core';

export const Patient = defineEntity({
  name: 'Patient',
  properties: {
    id: p.integer().primary(),
    /** What staff say aloud, and what the log calls the patient: it names nobody. */
    fileNumber: p.string().unique(),
    name: p.string(),
    phone: p.string().nullable(),
    diagnosis: p.text().nullable(),
  },
});

export type PatientFile = InferEntity<typeof Patient>;
