import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { insertRecords } from '@deedlog/postgres';
import { afterEach, expect, test } from 'vitest';
import { nth } from '../contract/reader.ts';
import { testDatabase } from '../support/database.ts';
import { cli, jsonLines } from './support/cli.ts';

const scratch: string[] = [];
afterEach(() => scratch.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'deedlog-cli-'));
  scratch.push(made);
  return made;
}

async function filled(count: number): Promise<Awaited<ReturnType<typeof testDatabase>>> {
  const database = await testDatabase();
  await insertRecords(database.client, { activities: Array.from({ length: count }, (_, index) => nth(index, { action: index % 2 === 0 ? 'a.even' : 'a.odd', reason: '=1+1' })), effects: [] });
  return database;
}

test('everything that the filters hold goes to a file, which only its owner reads', async () => {
  await using database = await filled(1203);
  const cwd = folder();
  const { code, stdout, stderr } = await cli(['export', '--output', 'all.csv', '--action', 'a.even'], { client: database.client, cwd });
  expect([code, stdout, stderr]).toEqual([0, '', '602 activities in all.csv\n']);
  const rows = parse(readFileSync(join(cwd, 'all.csv')), { columns: true }) as Record<string, string>[];
  expect(rows).toHaveLength(602);
  expect(new Set(rows.map(({ action }) => action))).toEqual(new Set(['a.even']));
  expect(rows[0]?.['reason']).toBe("'=1+1");
  expect(statSync(join(cwd, 'all.csv')).mode & 0o777).toBe(0o600);
  expect(readdirSync(cwd)).toEqual(['all.csv']);
});

test('to the standard output as JSON Lines by itself, and as CSV when asked, its header alone where there is nothing', async () => {
  await using database = await filled(3);
  const lines = jsonLines((await cli(['export'], { client: database.client })).stdout);
  expect(lines.map(({ action }) => action)).toEqual(['a.even', 'a.odd', 'a.even']);
  const csv = (await cli(['export', '--format', 'csv'], { client: database.client })).stdout;
  expect(parse(csv, { columns: true })).toHaveLength(3);
  const none = (await cli(['export', '--format', 'csv', '--actor', 'nobody'], { client: database.client })).stdout;
  expect(none).toMatch(/^id,timestamp,.*\r\n$/);
});

test('one that is stopped leaves no part of a file', async () => {
  await using database = await filled(3);
  const cwd = folder();
  const { code, stderr } = await cli(['export', '--output', 'part.jsonl'], { client: database.client, cwd, signal: AbortSignal.abort() });
  expect([code, stderr]).toEqual([2, 'Stopped: the export is not complete.\n']);
  expect(readdirSync(cwd)).toEqual([]);
});

test('one that fails leaves the former file as it was', async () => {
  await using database = await filled(3);
  const cwd = folder();
  await cli(['export', '--output', 'all.jsonl'], { client: database.client, cwd });
  const before = readFileSync(join(cwd, 'all.jsonl'), 'utf8');
  await database.client.query('alter table deedlog.activity rename to gone');
  const { code } = await cli(['export', '--output', 'all.jsonl'], { client: database.client, cwd });
  expect(code).toBe(2);
  expect(readFileSync(join(cwd, 'all.jsonl'), 'utf8')).toBe(before);
  expect(existsSync(join(cwd, 'all.jsonl.part'))).toBe(false);
});
