import type { TriggeredWard } from './triggered-ward.ts';

/** As much of Kysely as these tests use, without its types. */
export interface AnyKysely {
  updateTable(name: string): { set(values: object): { execute(): Promise<unknown> } };
  insertInto(name: string): { values(values: object): { execute(): Promise<unknown> } };
  transaction(): { execute(body: (inner: AnyKysely) => Promise<void>): Promise<void> };
  startTransaction(): { execute(): Promise<AnyTransaction> };
  connection(): { execute(body: (held: AnyKysely) => Promise<void>): Promise<void> };
  withSchema(name: string): AnyKysely;
}

interface AnyTransaction extends AnyKysely {
  commit(): { execute(): Promise<void> };
  rollback(): { execute(): Promise<void> };
}

export function kyselyOf({ orm }: TriggeredWard): AnyKysely {
  return orm.em.fork().getKysely() as unknown as AnyKysely;
}
