import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { InferEntity } from '@mikro-orm/core';

export const ROLES = ['doctor', 'nurse', 'admin', 'auditor'] as const;
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

// An address that is hashed can be looked for, and not be read.
auditable(Staff, {
  fields: { email: 'hash', name: 'plain', role: 'plain', passwordHash: 'redact' },
  label: ({ name }) => name,
});

export type StaffMember = InferEntity<typeof Staff>;
