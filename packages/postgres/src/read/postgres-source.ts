import { effectOfId } from '@deedlog/core';
import type { ActivityChart, FoundPage, FoundRecord, FoundTail, LogSource, ModelShape, ObjectReference, PageSearch, Search } from '@deedlog/core';
import type { PostgresLike } from '../postgres-like.ts';
import { actionsWithPrefix } from './actions-with-prefix.ts';
import { tableOf } from './branch.ts';
import type { Branch } from './branch.ts';
import { chooseLead } from './choose-lead.ts';
import { countHistories } from './count-histories.ts';
import { countDistinct, countFound, countUnexplained } from './count-found.ts';
import type { Count } from './count-found.ts';
import { effectsWindow } from './effects-window.ts';
import { findHistories } from './find-histories.ts';
import { findHistory, historyBranches, unexplainedNear } from './find-history.ts';
import { findPage } from './find-page.ts';
import type { FoundRecords } from './find-page.ts';
import { readChart } from './read-chart.ts';
import { readTail } from './read-tail.ts';
import { findRecord } from './find-record.ts';
import { TextIndexes } from './text-index.ts';
import { effectsByNumber, findUnexplained } from './unexplained.ts';

/** The table of an object type: schema and name. */
export type TableOfType = (type: string) => string;

/** The log in PostgreSQL. */
export class PostgresSource implements LogSource {
  readonly models: ReadonlyMap<string, ModelShape>;
  readonly #client: PostgresLike;
  readonly #tableOfType: TableOfType;
  readonly #textIndexes: TextIndexes;

  constructor(client: PostgresLike, models: ReadonlyMap<string, ModelShape>, tableOfType: TableOfType) {
    this.models = models;
    this.#client = client;
    this.#tableOfType = tableOfType;
    this.#textIndexes = new TextIndexes(client);
  }

  async page(search: PageSearch): Promise<FoundPage> {
    const client = this.#client;
    if (search.unexplained === 'only') {
      const found = await findUnexplained(client, search, this.#tableOfType);
      return withCount(search, found, () => countUnexplained(client, search, this.#tableOfType));
    }
    if (search.object !== undefined) return this.#history(search, search.object);
    const branches = await this.#branches(search);
    return withCount(search, await findPage(client, branches, search), () => countFound(client, branches, search));
  }

  async histories(search: PageSearch, objects: readonly ObjectReference[]): Promise<readonly FoundPage[]> {
    const models = this.#models(search);
    const asked = objects.map(({ type, id }) => ({ type, id, table: this.#tableOfType(type), models }));
    const found = await findHistories(this.#client, asked, search);
    const counts = search.count ? await countHistories(this.#client, asked, search) : [];
    return found.map((page, index) => ({ ...page, ...(counts[index] ?? { count: null, countExact: false }) }));
  }

  async get(id: string, search: Search): Promise<FoundRecord | undefined> {
    const effect = effectOfId(id);
    if (effect === undefined) return findRecord(this.#client, this.#models(search), { id, search });
    return search.unexplained === 'also' ? (await effectsByNumber(this.#client, [effect]))[0] : undefined;
  }

  async chart(search: Search, buckets: number): Promise<ActivityChart> {
    const branches = search.unexplained === 'only' ? [] : await this.#branches(search);
    return readChart(this.#client, branches, { search, buckets });
  }

  async tail(search: Search, after: readonly string[] | undefined): Promise<FoundTail> {
    return readTail(this.#client, search.unexplained === 'only' ? [] : this.#models(search), { search, after });
  }

  async #history(search: PageSearch, { type, id }: ObjectReference): Promise<FoundPage> {
    const object = { type, id, table: this.#tableOfType(type), models: this.#models(search) };
    const { window, ...found } = await findHistory(this.#client, object, search);
    return withCount(search, found, async () => {
      const whole = { ...search, position: undefined };
      const counted = search.position === undefined ? window : await effectsWindow(this.#client, object, { table: object.table, position: undefined });
      const { count, countExact } = await countDistinct(this.#client, historyBranches(object, [...counted.explained.keys()]), whole);
      const rowChanges = await unexplainedNear(this.#client, counted, whole);
      return { count: (count ?? 0) + rowChanges.length, countExact: countExact && counted.until === undefined };
    });
  }

  async #branches(search: Search): Promise<Branch[]> {
    const branches: Branch[] = [];
    for (const branch of this.#models(search)) {
      const prefix = search.filter.actionPrefix;
      const actions = prefix === undefined ? undefined : await actionsWithPrefix(this.#client, tableOf(branch), prefix);
      if (actions?.length === 0) continue;
      const rareWords = await this.#textIndexes.rareWords(branch.shape?.table ?? 'activity', search.filter.words);
      branches.push({ ...branch, lead: await chooseLead(this.#client, branch, { search, actions, rareWords }) });
    }
    return branches;
  }

  #models({ models }: Search): Omit<Branch, 'lead'>[] {
    return models.map((model) => ({ model, shape: this.models.get(model) }));
  }
}

/** A first page after which nothing comes is its own count. */
async function withCount({ count, position }: PageSearch, found: FoundRecords, body: () => Promise<Count>): Promise<FoundPage> {
  if (!count) return { ...found, count: null, countExact: false };
  if (position === undefined && found.continueAt === undefined) return { ...found, count: found.records.length, countExact: true };
  return { ...found, ...(await body()) };
}
