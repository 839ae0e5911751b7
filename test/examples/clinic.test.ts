import { stripVTControlCharacters } from 'node:util';
import { playTheDay, playTheNight, QualityActivity, renderTimeline, unexplainedSince } from 'clinic';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { browserSession } from './support/browser-session.ts';
import { runDemo, visitDemo } from './support/run-demo.ts';
import type { DemoRun } from './support/run-demo.ts';
import { expectNoSecret } from './support/secrets.ts';
import { testClinic } from './support/test-clinic.ts';
import type { TestClinic } from './support/test-clinic.ts';
import { printedActs, storedActs, THE_DAY, THE_NIGHT } from './support/the-day.ts';
import { printedEffects, storedEffects, THE_EFFECTS } from './support/the-effects.ts';

const ALL_ACTS: readonly string[] = [...THE_DAY, ...THE_NIGHT].toSorted();

/** A new PGlite, in a process of its own, on a machine that runs other tests, too. */
const START_MS = 120_000;

describe('demo --once, as a process of its own', () => {
  let run: DemoRun;
  beforeAll(async () => {
    await using database = await testDatabase({ migrated: false });
    run = await runDemo(database);
  }, START_MS);

  test('ends with 0', () => {
    expect(run).toMatchObject({ code: 0 });
  });

  // Fails as long as core takes an entity that never got a key for the target: a warning of the booking that was refused.
  test('complains of nothing', () => {
    expect(run.stderr).toBe('');
  });

  test('prints each act of the day and the night exactly once, with its actor', () => {
    expect(printedActs(run.stdout)).toEqual(ALL_ACTS);
  });

  test('prints what each act changed: old and new, hidden where it must be, unknown where nobody looked', () => {
    expect(printedEffects(run.stdout)).toEqual(THE_EFFECTS);
  });

  test('tells apart what nobody declared, what nobody is known for, and what was left out', () => {
    const entries = run.stdout.split('\n\n');
    const entry = (text: string): string | undefined => entries.find((one) => one.includes(text));
    expect(entry('stock: (unknown) → 7')).toMatch(/no request\n.*medicine\.update +Medicine 1 +Stocktake +fallback\n/);
    expect(entry('Ibuprofen → Ibuprofen 400')).toMatch(/no request\n.*medicine\.update +Medicine 2 \S+ 4… not known +fallback\n/);
    expect(entry('deedlog.suppress')).toContain('reason: Ticket 4712: telephone numbers in one form\n                 left out: 2 changes');
    expect(entry('data.check')).toContain('team: front-desk, findings: 1');
    // What was left out stands nowhere else.
    expect(run.stdout).not.toContain('+1 555');
  });

  test('prints why, what changed, and a sum', () => {
    expect(run.stdout).toContain('denied: FORBIDDEN');
    expect(run.stdout).toContain('failure: bad-password');
    expect(run.stdout).toContain('failure: BAD_REQUEST (given: name, diagnosis)');
    expect(run.stdout).toContain('reason: Ticket 4711: he cannot save');
    expect(run.stdout).toMatch(/^ {17}~ patient 3 {11}phone: {5}555-0199 → 555-0200\n {39}diagnosis: \(redacted\) → \(redacted\)$/m);
    expect(run.stdout).toContain('Ada Okafor approved 2 packs of Amoxicillin for P-0001');
    expect(run.stdout.trimEnd().split('\n').at(-1)).toBe('40 activities and 29 effects by 8 actors in 32 requests: 30 success, 6 failure, 4 denied');
  });

  test('fits 100 columns, uncoloured where nobody looks', () => {
    expect(run.stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(run.stdout).not.toContain('\u001b');
  });

  test('prints no secret', () => {
    expectNoSecret(run.stdout);
  });
});

test('a demo that cannot start says so and ends with 1', { timeout: START_MS }, async () => {
  const run = await runDemo({ connection: { clientUrl: 'postgres://nobody@127.0.0.1:1/nothing' } });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^The demo failed: .*ECONNREFUSED/);
});

test('a demo that serves prints a link to the log, and who may sign in there', { timeout: START_MS }, async () => {
  await using database = await testDatabase({ migrated: false });
  const run = await visitDemo(database, async (stdout) => {
    const [, origin = '', email = '', password = ''] = /^Audit log: (\S+)\/audit {2}\(sign in as (\S+) \/ (.+)\)$/m.exec(stdout) ?? [];
    const session = browserSession(origin);
    expect((await session.post('/audit/sign-in', { email, password })).headers.get('location')).toBe('/audit');
    expect((await session.get('/audit', 'text/html')).status).toBe(200);
  });
  expect(run).toMatchObject({ code: 0, stderr: '' });
});

describe('the day and the night, in this process', () => {
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await testClinic();
    expect(await clinic.activities()).toEqual([]);
    await playTheDay(clinic);
    await playTheNight(clinic);
  }, START_MS);
  afterAll(() => clinic[Symbol.asyncDispose]());

  test('stores each act exactly once, with its actor', async () => {
    expect(storedActs(await clinic.activities())).toEqual(ALL_ACTS);
  });

  test('stores each change exactly once, under the act that caused it', async () => {
    const activities = await clinic.activities();
    const effects = [...(await clinic.effects(activities)), ...(await unexplainedSince(clinic.orm.em.fork(), new Date(0)))];
    expect(storedEffects(activities, effects)).toEqual(THE_EFFECTS);
    const [row] = await clinic.orm.em.getConnection().execute<{ n: number }[]>('select count(*)::int as n from deedlog.effect');
    expect(row?.n).toBe(THE_EFFECTS.length);
  });

  test('stores activities of another kind in a table of their own, with their own columns', async () => {
    const found = await clinic.orm.em.fork().find(QualityActivity, { team: 'front-desk' });
    expect(found).toMatchObject([{ action: 'data.check', actorId: 'quality', findings: 1 }]);
  });

  test('stores the allowed input of each booking, whichever API it came by', async () => {
    const bookings = (await clinic.activities()).filter(({ action }) => action === 'appointment.book');
    expect(bookings.map(({ observer, input }) => `${observer} ${String(input?.['startsAt'])}`).toSorted()).toEqual([
      'envelop 2031-03-03T09:00:00Z',
      'envelop 2031-03-03T09:00:00Z',
      'envelop 2031-03-03T17:00:00Z',
      'trpc 2031-03-04T09:00:00Z',
    ]);
  });

  test('stores no secret: the bytes of every row are searched', async () => {
    const dump = await clinic.dump();
    expect(dump.split('\n')).toHaveLength(ALL_ACTS.length + THE_EFFECTS.length);
    expectNoSecret(dump);
  });

  test('loses nothing', () => {
    expect(clinic.deedlog.counters).toMatchObject({ stored: ALL_ACTS.length, lost: 0, refused: 0, gaps: 0 });
  });

  test('prints in colours where somebody looks', async () => {
    const activities = await clinic.activities();
    const effects = await clinic.effects(activities);
    const [plain, inColours] = [false, true].map((coloured) => renderTimeline({ activities, effects }, { coloured }));
    expect(inColours).toContain('\u001b[');
    expect(stripVTControlCharacters(inColours ?? '')).toBe(plain);
  });
});
