import { coreError } from '../errors.ts';
import { DEFAULT_MODEL } from '../record/model.ts';
import { LIMITS } from '../record/limits.ts';
import { checkFilter, checkPaging, checkWhole, requiredText } from './check-query.ts';
import { decodeTokens, encodeCursor, encodeTokens } from './cursor.ts';
import { hiddenNames, hiddenRule } from './hidden-names.ts';
import type { ActivityChart, ActivityItem, ActivityPage, FindingItem, ModelItem, TailBatch } from './item.ts';
import type { FoundPage, LogSource, PageSearch, Search } from './log-source.ts';
import type { ReadPolicy } from './policy.ts';
import { MAX_BUCKETS } from './query.ts';
import type { ActivityFilter, ActivityQuery, ChartQuery } from './query.ts';
import { MAX_OBJECTS } from './reader.ts';
import type { LogView, ObjectReference } from './reader.ts';
import { allowedTenants, denyHiddenFilters, readableModels, requireEverything, searchableParts } from './search-scope.ts';
import { toItem } from './to-item.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DEFAULT_BUCKETS = 60;

/** A source seen through a policy. */
export class PolicyView implements LogView {
  readonly #source: LogSource;
  readonly #policy: ReadPolicy;
  readonly #findings: () => Promise<readonly FindingItem[]>;

  constructor(source: LogSource, policy: ReadPolicy, findings: () => Promise<readonly FindingItem[]>) {
    this.#source = source;
    this.#policy = policy;
    this.#findings = findings;
  }

  async list(query: ActivityQuery = {}): Promise<ActivityPage> {
    return this.#page(query, this.#search(query, DEFAULT_MODEL));
  }

  async history({ type, id }: ObjectReference, query: Omit<ActivityQuery, 'target'> = {}): Promise<ActivityPage> {
    return this.#page(query, { ...this.#historySearch(query), object: objectReference(type, id) });
  }

  async histories(objects: readonly ObjectReference[], { limit, count = false }: Pick<ActivityQuery, 'limit' | 'count'> = {}): Promise<readonly ActivityPage[]> {
    checkWhole('objects', objects.length, MAX_OBJECTS);
    const search = { ...this.#historySearch({}), ...checkPaging({ limit, count }) };
    const asked = objects.map(({ type, id }) => objectReference(type, id));
    const found = await (this.#source.histories?.(search, asked) ?? Promise.all(asked.map((object) => this.#source.page({ ...search, object }))));
    return found.map((page) => this.#toPage(page, undefined));
  }

  async actor(id: string, query: Omit<ActivityQuery, 'actor'> = {}): Promise<ActivityPage> {
    const asked = { ...query, actor: { id: requiredText('id', id, LIMITS.identity) } };
    return this.#page(asked, this.#search(asked, undefined));
  }

  async access(id: string, query: ActivityQuery = {}): Promise<ActivityPage> {
    const search = this.#search(query, undefined);
    this.#denyHidden(search.models, ['related']);
    return this.#page(query, { ...search, dataSubject: requiredText('id', id, LIMITS.identity) });
  }

  async get(id: string): Promise<ActivityItem | undefined> {
    if (typeof id !== 'string' || !UUID.test(id)) throw coreError('QUERY_INVALID', 'id is no UUID');
    const { tenants } = this.#policy;
    const unexplained = tenants === 'all' && this.#policy.models === 'all' ? 'also' : 'no';
    const found = await this.#source.get(id.toLowerCase(), { ...this.#search({}, undefined), unexplained });
    return found === undefined ? undefined : toItem(found, this.#policy);
  }

  async chart(query: ChartQuery = {}): Promise<ActivityChart> {
    const { buckets = DEFAULT_BUCKETS } = query;
    checkWhole('buckets', buckets, MAX_BUCKETS);
    return this.#source.chart(this.#search(query, DEFAULT_MODEL), buckets);
  }

  async tail(after?: string, filter: ActivityFilter = {}): Promise<TailBatch> {
    const search = this.#search(filter, undefined);
    const found = await this.#source.tail(search, after === undefined ? undefined : decodeTokens(after));
    const results = found.records.map((record) => toItem(record, this.#policy));
    return { results, cursor: encodeTokens(found.cursor), more: found.more };
  }

  async models(): Promise<readonly ModelItem[]> {
    return readableModels(this.#policy, this.#source.models.keys()).map((name) => this.#modelItem(name));
  }

  async findings(): Promise<readonly FindingItem[]> {
    requireEverything(this.#policy, 'findings');
    const isHidden = hiddenRule(this.#policy, DEFAULT_MODEL);
    const found = await this.#findings();
    if (isHidden === undefined) return found;
    return found.filter(({ field }) => field === null || !isHidden(field)).map((finding) => ({ ...finding, detail: null }));
  }

  async #page(query: ActivityQuery, search: Search): Promise<ActivityPage> {
    const paging = checkPaging(query);
    return this.#toPage(await this.#source.page({ ...search, ...paging }), paging.position);
  }

  #toPage({ records, continueAt, count, countExact }: FoundPage, from: PageSearch['position']): ActivityPage {
    const first = records[0]?.position ?? from;
    const last = records.at(-1)?.position ?? from;
    const newer = from?.direction === 'newer';
    const next = newer ? last : continueAt;
    // What is newer than a first page is not there yet: nothing leads to it.
    const previous = newer ? continueAt : from === undefined ? undefined : first;
    return {
      count,
      countExact,
      results: records.map((record) => toItem(record, this.#policy)),
      next: next === undefined ? null : encodeCursor(next),
      previous: previous === undefined ? null : encodeCursor(previous),
    };
  }

  /** Throws `QUERY_INVALID` or `READ_DENIED`. */
  #search(query: ActivityFilter, defaultModel: string | undefined): Search {
    const models = this.#models(query.model, query.unexplained === true ? undefined : defaultModel);
    const filter = checkFilter(query, models.length === 1 ? this.#source.models.get(models[0] ?? '') : undefined);
    if (query.unexplained === true) requireEverything(this.#policy, 'unexplained');
    denyHiddenFilters(filter, models, this.#policy);
    return {
      models,
      tenants: allowedTenants(this.#policy, filter.tenant),
      filter,
      textParts: searchableParts(models, this.#policy),
      unexplained: query.unexplained === true ? 'only' : 'no',
    };
  }

  /** The models that are asked for. Throws `READ_DENIED`, also for one that does not exist: who may not read learns no names. */
  #models(asked: unknown, defaultModel: string | undefined): string[] {
    const readable = readableModels(this.#policy, this.#source.models.keys());
    const wanted = asked ?? defaultModel;
    if (wanted === undefined) return readable;
    const found = readable.find((name) => name === wanted);
    if (found === undefined) throw coreError('READ_DENIED', 'a model that is not among those of the policy');
    return [found];
  }

  #historySearch(query: ActivityFilter): Search {
    const search = this.#search(query, undefined);
    this.#denyHidden(search.models, ['objectType', 'objectId']);
    return { ...search, unexplained: this.#policy.tenants === 'all' && this.#policy.models === 'all' ? 'also' : 'no' };
  }

  #denyHidden(models: readonly string[], names: readonly string[]): void {
    const hidden = models.flatMap((model) => hiddenRule(this.#policy, model) ?? []).some((isHidden) => names.some(isHidden));
    if (hidden) throw coreError('READ_DENIED', `${names.join(' or ')} is hidden`);
  }

  #modelItem(name: string): ModelItem {
    const isHidden = hiddenRule(this.#policy, name);
    const columns = Object.entries(this.#source.models.get(name)?.columns ?? {}).filter(([property]) => isHidden === undefined || !isHidden(property));
    return {
      name,
      default: name === DEFAULT_MODEL,
      columns: columns.map(([property, { type, items }]) => ({ name: property, type, ...(items === undefined ? {} : { items }) })),
      hidden: hiddenNames(this.#policy, name),
    };
  }
}

/** Throws `QUERY_INVALID`. */
function objectReference(type: unknown, id: unknown): ObjectReference {
  return { type: requiredText('type', type, LIMITS.name), id: requiredText('id', id, LIMITS.identity) };
}
