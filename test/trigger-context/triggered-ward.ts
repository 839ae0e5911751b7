import { createDeedlog, userActor } from '@deedlog/core';
import type { Activity, Deedlog, DeedlogError, DeedlogOptions } from '@deedlog/core';
import { auditable, mikroOrmStore } from '@deedlog/mikro-orm';
import { activityFromRow } from '@deedlog/postgres';
import { defineEntity, p } from '@mikro-orm/core';
import { testOrm } from '../support/database.ts';
import type { TestOrmOptions, TestOrmResource } from '../support/database.ts';
import { plainTrigger } from './plain-trigger.ts';

export const Sample = defineEntity({ name: 'Sample', properties: { id: p.integer().primary(), code: p.string(), weight: p.integer().nullable() } });
auditable(Sample, { fields: { code: 'plain', weight: 'plain' }, capture: 'trigger' });

/** Beside it, one that the subscriber sees. */
export const Note = defineEntity({ name: 'Note', properties: { id: p.integer().primary(), text: p.string() } });
auditable(Note, { fields: { text: 'plain' } });

export interface SeenEffect {
  readonly op: string;
  readonly table: string;
  readonly key: string;
  readonly activityId: string | null;
}

export interface TriggeredWard extends TestOrmResource {
  readonly deedlog: Deedlog;
  readonly problems: DeedlogError[];
  activities(): Promise<Activity[]>;
  effects(): Promise<SeenEffect[]>;
  /** Runs `body` as an intent `sample.weigh` of user 7. */
  weigh<Result>(body: () => Promise<Result>): Promise<Result>;
}

export async function openTriggered(options: Partial<Omit<DeedlogOptions, 'actor' | 'store'>> & { readonly orm?: TestOrmOptions } = {}): Promise<TriggeredWard> {
  const { orm: ormOptions, ...rest } = options;
  const database = await testOrm([Sample, Note], ormOptions);
  await plainTrigger(database.client, 'sample');
  const problems: DeedlogError[] = [];
  const deedlog = createDeedlog({ onProblem: (problem) => problems.push(problem), ...rest, actor: () => userActor(7), store: mikroOrmStore(database.orm) });
  const { client } = database;
  return {
    ...database,
    deedlog,
    problems,
    activities: async () => (await client.query('select * from deedlog.activity order by recorded_at, ctid')).rows.map(activityFromRow),
    effects: async () =>
      (
        await client.query(
          `select op::text as op, r.name as "table", pk as key, activity_id::text as "activityId" from deedlog.effect e join deedlog.relation r on r.id = tbl order by e.id`,
        )
      ).rows as unknown as SeenEffect[],
    weigh: (body) => deedlog.withIntent({ action: 'sample.weigh', host: {} }, body),
    async [Symbol.asyncDispose]() {
      await deedlog.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
