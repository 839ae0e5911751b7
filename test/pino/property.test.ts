import type { Activity, DurableEffect, Json, RequestRecord } from '@deedlog/core';
import { pinoOptions, pinoSink } from '@deedlog/pino';
import type { UserFields } from '@deedlog/pino';
import fc from 'fast-check';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { expect, test } from 'vitest';
import { bareActivity, sampleActivity } from '../contract/sample-activity.ts';
import { APPLICATION, CRUD, EXTERNAL_REQUEST, faultsOf, INTERNAL_REQUEST } from './documented-fields.ts';
import { externalRequest, lines, parseLine, sampleEffect, sampleRequest } from './support.ts';

const hostile = fc.constantFrom('\n', '\r', '\0', '\u2028', '\ud800', '"', '\\', '}', '","level":"FATAL', '%s %d %j', '{actor.label}', '__proto__', 'constructor', '\x1b[31m', '😀');
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.array(fc.oneof(hostile, fc.string({ maxLength: 5 })), { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')));
const some = text.filter((value) => value !== '');
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json);
// pino's child() takes no bindings without a prototype.
const bag = fc.dictionary(text, json, { noNullPrototype: true });
const verb = fc.constantFrom('create', 'read', 'view', 'update', 'delete', 'approve', 'constructor');

const activity: fc.Arbitrary<Activity> = fc
  .record({
    action: fc.tuple(some, verb).map(([resource, name]) => `${resource}.${name}`),
    outcome: fc.constantFrom('success', 'failure', 'denied', 'unknown'),
    observer: fc.constantFrom('manual', 'trpc', 'mikro-orm'),
    actorLabel: fc.option(text),
    actorId: some,
    targetType: some,
    targetId: some,
    targetLabel: fc.option(text),
    message: fc.option(text),
    messageValues: fc.option(bag),
    reason: fc.option(text),
    metadata: bag,
    input: fc.option(bag),
    changes: fc.option(fc.dictionary(text, fc.record({ old: json, new: json }))),
    tool: fc.option(text),
  })
  .chain((given) => fc.constantFrom(sampleActivity(given as Partial<Activity>), bareActivity(given as Partial<Activity>)));

const effect: fc.Arbitrary<DurableEffect> = fc
  .record({ op: fc.constantFrom('I', 'U', 'D', 'T', 'S'), table: some, key: some, targetType: fc.option(some), targetId: fc.option(some), actorId: some, changes: fc.dictionary(text, fc.tuple(json, json)) })
  .map((given) => sampleEffect(given as Partial<DurableEffect>));

const request: fc.Arbitrary<RequestRecord> = fc
  .tuple(fc.boolean(), fc.record({ serviceName: some, protocol: some, error: fc.option(some), executionTime: fc.double({ min: 0, max: 1e9, noNaN: true }) }), fc.record({ method: some, path: some, query: bag, headers: fc.dictionary(text, text), body: json }))
  .map(([isExternal, given, sent]) => (isExternal ? externalRequest({ ...given, request: { ...sent, endpoint: 'https://x/' } }) : sampleRequest({ ...given, request: { ...sent, endpoint: null } })));

/** What the lines of one record are, written into a ready-made logger or one of the team. */
async function linesOf(write: (sink: ReturnType<typeof rawSink>) => unknown, user: UserFields, isReady: boolean): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const out = lines();
  await write(rawSink(out, user, isReady));
  return out.texts.map(parseLine).map((line) => (isReady ? line : { ...line, level: String(line['level']) }));
}

function rawSink(out: ReturnType<typeof lines>, user: UserFields, isReady: boolean) {
  return pinoSink(isReady ? pino(pinoOptions(), out) : pino({ messageKey: 'message', name: 'ward' }, out), { user: () => user, queue: false });
}

const user: fc.Arbitrary<UserFields> = fc.record({ title: text, email: text, date_of_birth: fc.option(text) }, { requiredKeys: [] });

test('any activity is one line of JSON with every documented field', async () => {
  await fc.assert(
    fc.asyncProperty(activity, user, fc.boolean(), async (record, told, isReady) => {
      const [line, ...more] = await linesOf((sink) => sink.write([record]), told, isReady);
      expect(more).toEqual([]);
      if (line?.['name'] === 'audit.crud') expect(faultsOf({ ...line, user: line['user'] ?? sampleUser }, CRUD)).toEqual([]);
      else expect(line).toMatchObject({ name: 'audit.activity', message: expect.any(String) as string });
      expect(line).toMatchObject({ id: record.id, action: record.action, target_id: record.targetId, metadata: jsonOf(record.metadata) });
    }),
    { numRuns: 500 },
  );
});

test('any effect is one line of JSON with every documented field', async () => {
  await fc.assert(
    fc.asyncProperty(effect, user, fc.boolean(), async (record, told, isReady) => {
      const [line, ...more] = await linesOf((sink) => sink.writeEffects?.([record]), told, isReady);
      expect(more).toEqual([]);
      expect(faultsOf(line!, CRUD)).toEqual([]);
      expect(line!['changes']).toEqual(jsonOf(record.changes));
    }),
    { numRuns: 300 },
  );
});

test('any request is one line of JSON with every documented field', async () => {
  await fc.assert(
    fc.asyncProperty(request, user, fc.boolean(), async (record, told, isReady) => {
      const [line, ...more] = await linesOf((sink) => sink.writeRequests?.([record]), told, isReady);
      expect(more).toEqual([]);
      expect(faultsOf(line!, record.requestType === 'internal' ? INTERNAL_REQUEST : EXTERNAL_REQUEST)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('whatever an application logs is one line of JSON with every documented field, and throws only where pino does', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true }), text), { maxLength: 4 }), bag, (given, bindings) => {
      const [out, bare] = [lines(), lines()];
      const log = (logger: Pick<Logger, 'child'>): void => (logger.child(bindings).info as (...args: unknown[]) => void)(...given);
      fc.pre(doesNotThrow(() => log(pino({}, bare))));
      log(pino(pinoOptions({ callSite: false }), out));
      expect(out.texts).toHaveLength(1);
      expect(faultsOf(out.parsed[0]!, APPLICATION)).toEqual([]);
      expect(out.parsed[0]).toMatchObject({ level: 'INFO' });
    }),
    { numRuns: 1000 },
  );
});

function doesNotThrow(call: () => void): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

const sampleUser = { id: '7', title: '', email: '', first_name: '', middle_name: '', last_name: '', sex: '', date_of_birth: null };

function jsonOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
