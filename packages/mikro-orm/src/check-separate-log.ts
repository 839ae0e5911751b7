import { checkTables } from '@deedlog/postgres';
import type { DatabaseRole, PostgresLike } from '@deedlog/postgres';
import { mikroOrmError } from './errors.ts';
import type { MikroOrmErrorCode } from './errors.ts';

/** Rejects with `SEPARATE_LOG_BUSINESS_NOT_READY`, `SEPARATE_LOG_NOT_READY` or `SEPARATE_LOG_SAME_DATABASE`. */
export async function checkSeparateLog(business: PostgresLike, log: PostgresLike): Promise<void> {
  const here = await ready(business, 'business', 'SEPARATE_LOG_BUSINESS_NOT_READY');
  const there = await ready(log, 'log', 'SEPARATE_LOG_NOT_READY');
  if (here !== undefined && here === there) throw mikroOrmError('SEPARATE_LOG_SAME_DATABASE');
}

async function ready(client: PostgresLike, role: DatabaseRole, code: MikroOrmErrorCode): Promise<string | undefined> {
  try {
    await checkTables(client, { role });
    return await identityOf(client);
  } catch (cause) {
    throw mikroOrmError(code, undefined, cause);
  }
}

/** Tells apart a database and its copy, which has the same origin; undefined: it has no outbox. */
async function identityOf(client: PostgresLike): Promise<string | undefined> {
  const { rows } = await client.query(`select to_regclass('deedlog.outbox_origin')::text as origin`);
  if (rows[0]?.['origin'] == null) return undefined;
  const { rows: found } = await client.query(`select concat_ws(' ', id, pg_postmaster_start_time(),
    (select oid from pg_database where datname = current_database())) as identity from deedlog.outbox_origin`);
  return String(found[0]?.['identity']);
}
