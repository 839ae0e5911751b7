import { createId, DATA_SUBJECT } from '@deedlog/core';
import type { Activity, ActivityItem, ActivityPage, ActivityQuery, LogView, Reader, ReadPolicy } from '@deedlog/core';
import { describe, expect, test } from 'vitest';
import { bareActivity, sampleActivity } from './sample-activity.ts';

/** What the suite needs of a reader: a log that it may fill. */
export interface ReaderUnderTest extends AsyncDisposable {
  readonly reader: Reader;
  add(activities: readonly Activity[]): Promise<void>;
}

export const EVERYTHING: ReadPolicy = { tenants: 'all', models: 'all' };

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 1);

/** The n-th activity of a test: a minute after the one before. */
export function nth(n: number, given: Partial<Activity> = {}): Activity {
  const at = new Date(START + n * MINUTE);
  return bareActivity({ id: createId(), occurredAt: at, recordedAt: at, ...given });
}

/** Every page of a query, and all their items. */
export async function allPages(page: (query: ActivityQuery) => Promise<ActivityPage>, query: ActivityQuery = {}): Promise<ActivityItem[]> {
  const items: ActivityItem[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 1000; pages++) {
    const { results, next } = await page({ ...query, after });
    items.push(...results);
    if (next === null) return items;
    after = next;
  }
  throw new Error('the pages never end');
}

/** How long a record may wait: other transactions of the server, whatever their database, hold up a watermark. */
const TAIL_MS = 20_000;

/** The tail from a cursor on, until so many records have come. */
export async function follow(view: LogView, from: string, records: number): Promise<{ ids: string[]; cursor: string }> {
  const found: string[] = [];
  let cursor = from;
  for (const end = Date.now() + TAIL_MS; found.length < records && Date.now() < end; ) {
    const batch = await view.tail(cursor);
    found.push(...ids(batch.results));
    cursor = batch.cursor;
  }
  return { ids: found, cursor };
}

const ids = (items: readonly { readonly id: string }[]): string[] => items.map(({ id }) => id);

/** What every reader must do, whatever it reads from. */
export function readerContract(name: string, open: () => Promise<ReaderUnderTest>): void {
  const withLog = async (activities: readonly Activity[], body: (view: LogView, log: ReaderUnderTest) => Promise<void>): Promise<void> => {
    await using log = await open();
    await log.add(activities);
    await body(log.reader.as(EVERYTHING), log);
  };

  describe(name, () => {
    test('an activity comes back as an item, whole', async () => {
      const activity = sampleActivity();
      await withLog([activity], async (view) => {
        const item = await view.get(activity.id);
        expect(item).toEqual({
          id: activity.id, timestamp: '2026-11-21T10:11:12.345Z', recordedAt: '2026-11-21T10:11:13.001Z', actor: { kind: 'user', id: '7', label: 'Ada Lovelace' },
          onBehalfOf: [{ kind: 'user', id: '8', label: 'Grace Hopper', via: 'impersonation' }], action: 'invoice.approve', outcome: 'success', outcomeCode: 'OK',
          message: 'approved {target.label}', objectType: 'Invoice', objectId: '4711', objectLabel: 'INV-4711', related: activity.related, tool: 'billing',
          reason: 'checked against the order', input: activity.input, context: activity.context, metadata: activity.metadata, observer: 'manual', source: 'contract',
          tenant: 'acme', correlationId: 'flow-1', causationId: activity.causationId, model: 'default', columns: null,
          changes: [{ field: 'status', old: 'open', new: 'approved' }], effects: [], effectsCut: false, unexplained: false,
        });
        expect(JSON.parse(JSON.stringify(item))).toEqual(item);
        expect((await view.list()).results).toEqual([item]);
        expect(await view.get(createId())).toBeUndefined();
      });
    });

    test('messages are rendered', async () => {
      const activity = nth(0, { message: 'approved {invoice.number} {{ok}}', messageValues: { 'invoice.number': 'INV-1' } });
      await withLog([activity], async (view) => {
        expect((await view.list()).results[0]?.message).toBe('approved INV-1 {ok}');
      });
    });

    test('treatments of changes are told', async () => {
      const changes = { a: { old: '***REDACTED***', new: '***REDACTED***' }, b: { old: '***UNKNOWN***', new: 1 }, c: { old: null, new: `hmac-sha256:${'0'.repeat(64)}` }, d: { old: 1, new: 2 } };
      await withLog([nth(0, { changes })], async (view) => {
        expect((await view.list()).results[0]?.changes.map(({ field, treatment }) => [field, treatment])).toEqual([['a', 'redact'], ['b', 'unknown'], ['c', 'hash'], ['d', undefined]]);
      });
    });

    test('pages go from the newest to the oldest and back', async () => {
      const activities = Array.from({ length: 23 }, (_, n) => nth(n));
      await withLog(activities, async (view) => {
        const newest = ids(activities).toReversed();
        const first = await view.list({ limit: 10 });
        expect([ids(first.results), first.previous, first.count, first.countExact]).toEqual([newest.slice(0, 10), null, 23, true]);
        const second = await view.list({ limit: 10, after: first.next ?? '' });
        expect(ids(second.results)).toEqual(newest.slice(10, 20));
        const third = await view.list({ limit: 10, after: second.next ?? '' });
        expect([ids(third.results), third.next]).toEqual([newest.slice(20), null]);
        const back = await view.list({ limit: 10, before: third.previous ?? '' });
        expect(ids(back.results)).toEqual(newest.slice(10, 20));
        const start = await view.list({ limit: 10, before: back.previous ?? '' });
        expect([ids(start.results), start.previous]).toEqual([newest.slice(0, 10), null]);
        expect(start.next).toBe(first.next);
      });
    });

    test('records of the same millisecond are each on one page', async () => {
      const activities = Array.from({ length: 20 }, () => nth(0));
      await withLog(activities, async (view) => {
        expect(ids(await allPages((query) => view.list(query), { limit: 3 }))).toEqual(ids(activities).toSorted().toReversed());
      });
    });

    test('what is inserted meanwhile neither hides nor repeats a record', async () => {
      const activities = Array.from({ length: 30 }, (_, n) => nth(n * 10));
      await withLog(activities, async (view, log) => {
        let n = 0;
        const seen = await allPages(async (query) => {
          await log.add([nth(400 + n), nth(++n * 7)]);
          return view.list(query);
        }, { limit: 4 });
        expect(new Set(ids(seen)).size).toBe(seen.length);
        expect(ids(seen).filter((id) => ids(activities).includes(id))).toEqual(ids(activities).toReversed());
      });
    });

    test('an object’s history: as target and related; an actor’s; a person’s own access log', async () => {
      const target = nth(0, { targetType: 'Patient', targetId: '7', actorKind: 'user', actorId: 'ada' });
      const related = nth(1, { related: [{ role: 'folder', type: 'Patient', id: '7', label: null }] });
      const both = nth(2, { targetType: 'Patient', targetId: '7', related: [{ role: DATA_SUBJECT, type: 'Patient', id: '7', label: null }], actorKind: 'user', actorId: 'ada' });
      const others = [nth(3, { targetType: 'Patient', targetId: '8' }), nth(4, { targetType: 'Doctor', targetId: '7' }), nth(5, { related: [{ role: 'Patient', type: 'x', id: '7', label: null }] })];
      await withLog([target, related, both, ...others], async (view) => {
        expect(ids(await allPages((query) => view.history({ type: 'Patient', id: '7' }, query), { limit: 1 }))).toEqual([both.id, related.id, target.id]);
        expect((await view.history({ type: 'Patient', id: '7' })).count).toBe(3);
        expect(ids((await view.history({ type: 'Patient', id: '7' }, { actor: { id: 'ada' }, until: both.occurredAt })).results)).toEqual([target.id]);
        expect(ids((await view.actor('ada')).results)).toEqual([both.id, target.id]);
        expect(ids((await view.access('7')).results)).toEqual([both.id]);
      });
    });

    test('a chart counts outcomes in buckets, the empty ones too', async () => {
      const activities = [nth(0), nth(1, { outcome: 'denied' }), nth(59), nth(60), nth(180)];
      await withLog(activities, async (view) => {
        const chart = await view.chart({ from: new Date(START), until: new Date(START + 180 * MINUTE), buckets: 3 });
        expect(chart).toEqual({
          from: '2026-11-01T00:00:00.000Z', until: '2026-11-01T03:00:00.000Z', complete: true,
          buckets: [
            { at: '2026-11-01T00:00:00.000Z', success: 2, failure: 0, denied: 1, unknown: 0 },
            { at: '2026-11-01T01:00:00.000Z', success: 1, failure: 0, denied: 0, unknown: 0 },
            { at: '2026-11-01T02:00:00.000Z', success: 0, failure: 0, denied: 0, unknown: 0 },
          ],
        });
        const denied = await view.chart({ from: new Date(START), until: new Date(START + 180 * MINUTE), buckets: 1, outcome: 'denied' });
        expect(denied.buckets).toMatchObject([{ success: 0, denied: 1 }]);
      });
    });

    test('the tail gives out what is new, once', async () => {
      const now = (): Activity => bareActivity({ id: createId(), occurredAt: new Date(), recordedAt: new Date() });
      await withLog([], async (view, log) => {
        const start = await view.tail();
        expect(start.results).toEqual([]);
        const [one, two] = [now(), now()];
        await log.add([one]);
        const first = await follow(view, start.cursor, 1);
        await log.add([two]);
        const second = await follow(view, first.cursor, 1);
        expect([first.ids, second.ids]).toEqual([[one.id], [two.id]]);
        expect((await view.tail(second.cursor)).results).toEqual([]);
        expect((await follow(view, start.cursor, 2)).ids).toEqual([one.id, two.id]);
      });
    });
  });
}
