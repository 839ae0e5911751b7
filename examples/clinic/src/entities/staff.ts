import { defineEntity, p } from '@mikro-orm/core';
import type { InferEntity } from '@mikro-orm/core';

export const ROLES = ['doctor', 'nurse', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Somebody who works here and can sign in. */
export const Staff = defineEntity({
  name: 'Staff',
  properties: {
    id: p.integer().primary(),
    email: p.string().unique(),
    name: p.string(),
    role: p.enum(ROLES),
    passwordHash: p.string().lazy(),
  },
});

export type StaffMember = InferEntity<typeof Staff>;
