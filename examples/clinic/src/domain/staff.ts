import { z } from 'zod';
import { hashPassword } from '../auth/password.ts';
import { ROLES, Staff } from '../entities/staff.ts';
import type { StaffMember } from '../entities/staff.ts';
import type { Act } from './act.ts';
import { found } from './found.ts';

export const newStaff = z.object({
  email: z.email(),
  name: z.string().min(1),
  role: z.enum(ROLES),
  password: z.string().min(12),
});

export const roleChange = z.object({ id: z.number().int(), role: z.enum(ROLES) });

export async function addStaff({ em }: Act, { email, name, role, password }: z.infer<typeof newStaff>): Promise<StaffMember> {
  const staff = em.create(Staff, { email, name, role, passwordHash: await hashPassword(password) });
  await em.flush();
  return staff;
}

export async function setRole({ em, audit }: Act, { id, role }: z.infer<typeof roleChange>): Promise<void> {
  const staff = found(await em.findOne(Staff, id), 'staff member');
  audit.target(staff);
  staff.role = role;
  await em.flush();
}
