import { auditable } from '@deedlog/mikro-orm';
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

// That the name or the diagnosis changed is in the log; what it was and is, is not.
auditable(Patient, {
  fields: { fileNumber: 'plain', name: 'redact', phone: 'plain', diagnosis: 'redact' },
  label: ({ fileNumber }) => fileNumber,
});

export type PatientFile = InferEntity<typeof Patient>;
