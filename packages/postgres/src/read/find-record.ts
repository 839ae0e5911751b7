import type { FoundRecord, Search } from '@deedlog/core';
import type { PostgresLike } from '../postgres-like.ts';
import { branchSql } from './branch.ts';
import type { Branch } from './branch.ts';
import { Parameters } from './parameters.ts';
import { recordsOfRows } from './records-of-rows.ts';

/** One activity by its id, in whichever model it is, as far as the search lets it be seen. */
export async function findRecord(
  client: PostgresLike,
  models: readonly Omit<Branch, 'lead'>[],
  { id, search }: { readonly id: string; readonly search: Search },
): Promise<FoundRecord | undefined> {
  const parameters = new Parameters();
  const parts = models.map((model) => `(${branchSql({ ...model, lead: { by: 'ids', ids: [id] } }, 1, { search, parameters })})`);
  const { rows } = await client.query(parts.join('\nunion all\n'), parameters.values);
  return (await recordsOfRows(client, rows.slice(0, 1)))[0];
}
