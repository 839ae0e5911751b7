import { ActivityEntity, EffectEntity, migrateDeedlog, withDeedlog } from '@deedlog/mikro-orm';
import type { MikroORM } from '@mikro-orm/core';
import { Appointment } from './entities/appointment.ts';
import { Medicine } from './entities/medicine.ts';
import { Patient } from './entities/patient.ts';
import { Prescription } from './entities/prescription.ts';
import { QualityActivity } from './entities/quality-activity.ts';
import { Session } from './entities/session.ts';
import { Staff } from './entities/staff.ts';

/** Holds the tables of this example, whatever else is in the database. */
const CLINIC_SCHEMA = 'clinic_example';

export interface DatabaseOptions {
  /** A PostgreSQL server. Default: PGlite, PostgreSQL in this process and in memory. */
  readonly url?: string | undefined;
  /** Throws the clinic's own tables away first; the log stays. Default false. */
  readonly fresh?: boolean;
}

/** Opens the database with the clinic's tables and deedlog's, each in a schema of their own. */
export async function openDatabase({ url, fresh = false }: DatabaseOptions = {}): Promise<MikroORM> {
  const orm = await connect(url);
  try {
    if (fresh) await orm.schema.drop();
    // First: the triggers in the clinic's schema stand on deedlog's.
    await migrateDeedlog(orm, { models: [QualityActivity] });
    await orm.schema.update();
  } catch (error) {
    await orm.close(true);
    throw error;
  }
  return orm;
}

async function connect(url: string | undefined): Promise<MikroORM> {
  const options = withDeedlog({
    entities: [Staff, Session, Patient, Appointment, Medicine, Prescription, ActivityEntity, EffectEntity, QualityActivity],
    schema: CLINIC_SCHEMA,
  });
  if (url === undefined) {
    const { MikroORM: Embedded } = await import('@mikro-orm/pglite');
    return Embedded.init({ ...options, dbName: 'memory://' });
  }
  const { MikroORM: Server } = await import('@mikro-orm/postgresql');
  return Server.init({ ...options, clientUrl: url });
}
