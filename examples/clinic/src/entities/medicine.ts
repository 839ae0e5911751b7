import { defineEntity, p } from '@mikro-orm/core';

export const Medicine = defineEntity({
  name: 'Medicine',
  properties: {
    id: p.integer().primary(),
    name: p.string().unique(),
    /** Packs on the shelf. The database refuses to go below zero. */
    stock: p.integer().check('stock >= 0'),
  },
});
