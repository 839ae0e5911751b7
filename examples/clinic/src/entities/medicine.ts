import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { InferEntity } from '@mikro-orm/core';

export const Medicine = defineEntity({
  name: 'Medicine',
  properties: {
    id: p.integer().primary(),
    name: p.string().unique(),
    /** Packs on the shelf. The database refuses to go below zero. */
    stock: p.integer().check('stock >= 0'),
  },
});

// The short form: every field named here is kept plain.
auditable(Medicine, { trackFields: ['name', 'stock'], label: ({ name }) => name });

export type MedicineBox = InferEntity<typeof Medicine>;
