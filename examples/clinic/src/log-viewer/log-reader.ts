import { recordReads } from '@deedlog/core';
import type { FindingItem, Reader } from '@deedlog/core';
import { mikroOrmReader, reconcileOrm } from '@deedlog/mikro-orm';
import { findingItems } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { models } from '../audit.ts';
import type { ClinicLog } from '../audit.ts';

/** The log of the clinic for reading. Reading it is recorded, in a patient's access log where it is about one. */
export function createLogReader(orm: MikroORM, deedlog: ClinicLog): Reader {
  return recordReads(mikroOrmReader(orm, { models, findings: () => findFaults(orm) }), { deedlog, people: ['Patient'] });
}

/** What does not add up, as the viewer shows it. */
async function findFaults(orm: MikroORM): Promise<FindingItem[]> {
  return findingItems((await reconcileOrm(orm)).findings);
}
