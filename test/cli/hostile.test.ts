import { createId, DeedlogError } from '@deedlog/core';
import { insertRecords } from '@deedlog/postgres';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nth } from '../contract/reader.ts';
import { sampleActivity } from '../contract/sample-activity.ts';
import { testDatabase } from '../support/database.ts';
import { cli, jsonLines } from './support/cli.ts';

const ID = createId();
/** Clears the screen, sets the title, answers with the terminal's keys, reorders, hides, breaks lines. */
const HOSTILE = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202egpj.exe\u2066\u200b\ufeff\r\noverwritten\u2028\u{e0041}\u0008\u007f';
/** What a terminal obeys instead of showing, the ends of our own lines aside. */
const OBEYED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u;

const everywhere = (text: string): Parameters<typeof sampleActivity>[0] => ({
  id: ID,
  action: 'a.b',
  actorId: text, actorLabel: text, onBehalfOf: { kind: 'user', id: text, label: text, via: text, onBehalfOf: null },
  targetType: text, targetId: text, targetLabel: text, related: [{ role: text, type: text, id: text, label: text }],
  tool: text, message: '{text}', messageValues: { text }, reason: text, outcomeCode: text,
  changes: { [text]: { old: text, new: { [text]: text } } }, input: { [text]: text }, context: { userAgent: text, path: text, requestId: text }, metadata: { [text]: [text] },
  tenant: text, correlationId: text, source: text,
});

const COLUMNS = 'when,actor,action,object,message,changes,reason,tool,tenant,correlation,request';

describe('what is stored cannot speak to the terminal', () => {
  test.each([['list', '--columns', COLUMNS], ['show', ID], ['history', 'public.t', 'k', '--columns', COLUMNS], ['list', '--json'], ['show', ID, '--json'], ['export', '--format', 'csv'], ['export']])('%s %s', async (...argv) => {
    await using database = await testDatabase();
    const effect = { table: 'public.t', op: 'U', key: 'k', changes: { [HOSTILE]: [HOSTILE, null] }, activityId: ID } as const;
    await insertRecords(database.client, { activities: [sampleActivity(everywhere(HOSTILE))], effects: [effect] });
    const { code, stdout } = await cli(argv, { client: database.client, tty: true, columns: 4000 });
    expect(code).toBe(0);
    expect(stdout).toContain(argv[0] === 'export' || argv.includes('--json') ? 'gpj.exe' : '\\u{202e}gpj.exe');
    expect(stdout.replaceAll(/\r?\n/g, ' ')).not.toMatch(OBEYED);
  });

  test('nor can what a command was given, or an error says', async () => {
    await using database = await testDatabase();
    for (const argv of [['show', createId()], ['list', '--from', HOSTILE], ['list', '--action', `${HOSTILE}*x`], ['list', '--columns', HOSTILE]]) {
      expect((await cli(argv, { client: database.client, tty: true })).stderr.trimEnd()).not.toMatch(OBEYED);
    }
    const client = { query: () => Promise.reject(new DeedlogError('X', { meaning: HOSTILE, remedy: HOSTILE })) };
    const { code, stderr } = await cli(['list'], { client, tty: true });
    expect(code).toBe(2);
    expect(stderr.trimEnd()).not.toMatch(OBEYED);
  });

  test('any text: a line stays a line, and JSON is the same value', async () => {
    await using database = await testDatabase();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        const id = createId();
        // A half of a character, and a zero byte, are replaced before anything is stored.
        const reason = text.toWellFormed().replaceAll('\0', '');
        await insertRecords(database.client, { activities: [nth(0, { id, reason })], effects: [] });
        const shown = await cli(['show', id], { client: database.client, tty: true });
        expect(shown.stdout.replaceAll('\n', ' ')).not.toMatch(OBEYED);
        const json = await cli(['show', id, '--json'], { client: database.client, tty: true });
        expect(json.stdout.trimEnd()).not.toMatch(OBEYED);
        expect(jsonLines(json.stdout)).toMatchObject([{ id, reason }]);
        await database.client.query('delete from deedlog.activity');
      }),
      { numRuns: 60 },
    );
  });

  test('a text of a megabyte takes a line, and wide characters keep the columns', async () => {
    await using database = await testDatabase();
    await insertRecords(database.client, { activities: [nth(0, { reason: 'x'.repeat(1_000_000), message: '漢字かな交じり文漢字かな交じり文漢字かな', messageValues: {} }), nth(1, { reason: 'short', message: 'e' })], effects: [] });
    const { stdout } = await cli(['list', '--columns', 'message,reason,outcome'], { client: database.client, tty: true });
    const [head = '', short = '', long = ''] = stdout.split('\n');
    expect(long).toMatch(/…\s+x+…\s+success$/);
    expect(short).toMatch(/^e\s+short\s+success$/);
    expect(short.indexOf('success')).toBe(head.indexOf('Outcome'));
    // Each of these characters is two columns wide.
    const wide = long.match(/[^\u0000-\u2fff]/g)?.length ?? 0;
    expect(long.indexOf('success') + wide).toBe(head.indexOf('Outcome'));
    expect((await cli(['show', String(jsonLines((await cli(['list', '--limit', '2'], { client: database.client })).stdout)[1]?.['id'])], { client: database.client, tty: true })).stdout.length).toBeLessThan(5000);
  });
});
