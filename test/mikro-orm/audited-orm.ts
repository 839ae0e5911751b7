import { createDeedlog, userActor } from '@deedlog/core';
import type { Activity, Deedlog, DeedlogError, DeedlogOptions } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import { activityFromRow } from '@deedlog/postgres';
import type { EntityManager } from '@mikro-orm/core';
import { testOrm } from '../support/database.ts';
import type { TestOrmOptions, TestOrmResource } from '../support/database.ts';

export interface EffectRow {
  readonly table: string;
  readonly op: string;
  readonly key: string;
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly activityId: string | null;
}

export interface AuditedOrm extends TestOrmResource {
  readonly deedlog: Deedlog;
  readonly problems: DeedlogError[];
  activities(): Promise<Activity[]>;
  effects(): Promise<EffectRow[]>;
  /** Runs `body` as an intent of user 7. */
  act<Result>(body: () => Promise<Result>): Promise<Result>;
  /** Runs `body` with a new EntityManager in an intent, flushes it, and returns the effects of that: operation, key and changes. */
  effectsOf(body: (em: EntityManager) => unknown): Promise<[op: string, key: string, changes: EffectRow['changes']][]>;
}

/** Default actor: user 7. */
export type AuditedOrmOptions = Partial<Omit<DeedlogOptions, 'actor' | 'store'>> & { readonly orm?: TestOrmOptions; readonly actor?: DeedlogOptions['actor'] | undefined };

const EFFECTS = `select r.name as "table", op::text as op, pk as key, changes, activity_id::text as "activityId"
from deedlog.effect e join deedlog.relation r on r.id = tbl order by e.id`;

/** An orm over `entities` with a deedlog. */
export async function auditedOrm(entities: Parameters<typeof testOrm>[0], options: AuditedOrmOptions = {}): Promise<AuditedOrm> {
  const { orm: ormOptions, actor = () => userActor(7), ...rest } = options;
  const database = await testOrm(entities, ormOptions);
  const problems: DeedlogError[] = [];
  const deedlog = await connected(database, { onProblem: (problem) => problems.push(problem), ...rest, actor });
  const { client, orm } = database;
  const effects = async (): Promise<EffectRow[]> => (await client.query(EFFECTS)).rows as unknown as EffectRow[];
  const act: AuditedOrm['act'] = (body) => deedlog.withIntent({ action: 'ward.act', host: {} }, body);
  return {
    ...database,
    deedlog,
    problems,
    effects,
    act,
    activities: async () => (await client.query('select * from deedlog.activity order by recorded_at, ctid')).rows.map(activityFromRow),
    async effectsOf(body) {
      const { length } = await effects();
      await act(async () => {
        const em = orm.em.fork();
        await body(em);
        await em.flush();
      });
      return (await effects()).slice(length).map(({ op, key, changes }) => [op, key, changes]);
    },
    async [Symbol.asyncDispose]() {
      await deedlog.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** A wrong set-up leaves no database behind. */
async function connected(database: TestOrmResource, options: Omit<DeedlogOptions, 'store'>): Promise<Deedlog> {
  try {
    return createDeedlog({ ...options, store: mikroOrmStore(database.orm, { hashKey: 'a test key' }) });
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}
