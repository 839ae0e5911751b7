import type { Actor } from '@deedlog/core';
import { sql } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import type { ClinicLog } from '../audit.ts';
import { Appointment } from '../entities/appointment.ts';
import { Staff } from '../entities/staff.ts';

interface Postponement {
  readonly by: Actor;
  readonly doctorId: number;
  readonly from: Date;
  readonly until: Date;
  readonly reason: string;
}

/** Moves a doctor's appointments by a week: one statement past the unit of work, whose rows the triggers record as the doing of `by`. */
export async function postponeAppointments(em: EntityManager, deedlog: ClinicLog, { by, doctorId, from, until, reason }: Postponement): Promise<void> {
  const startsAt = sql`starts_at + interval '7 days'`;
  await deedlog.run({ actor: by }, () =>
    deedlog.withIntent({ action: 'appointment.postpone', reason }, async (audit) => {
      audit.target(await em.findOneOrFail(Staff, doctorId));
      await em.nativeUpdate(Appointment, { doctor: doctorId, startsAt: { $gte: from, $lt: until } }, { startsAt });
    }),
  );
}
