import { randomBytes } from 'node:crypto';
import type { Activity, Store } from '@deedlog/core';
import { testkitError } from './errors.ts';
import { findLeaks } from './find-leaks.ts';
import type { PlantedSecret, SecretLeak } from './find-leaks.ts';
import { needlesOf } from './secret-needles.ts';
import { watchStore } from './watch-store.ts';

/** Plants values that must never be logged, and finds them where they were. */
export interface SecretCanary extends Disposable {
  /** A value to plant as a password, token, …: unique for this canary and name. Throws `TESTKIT_SECRET_NAME_INVALID`. */
  secret(name: string): string;
  /**
   * Throws `TESTKIT_SECRET_LEAKED` where a planted secret stands in the evidence: records, texts, bytes, anything that nests
   * them; as it is, in base64, base64url, hex, percent-encoded, JSON-escaped, or cut off (half of it is enough).
   * Without evidence it speaks of what the watched stores were given so far, which then counts as told.
   */
  assertClean(...evidence: readonly unknown[]): void;
  /** The same as a list. */
  findLeaks(evidence: unknown): readonly SecretLeak[];
  /**
   * A store that passes everything on and looks at each activity that is written, in transactions, too. It does not refuse:
   * `assertClean()`, or the end of a `using` declaration, fails the test.
   */
  watch<Watched extends Store>(store: Watched): Watched;
}

/** Letters and digits of the part that is searched. Half of it is enough for a finding, and never a coincidence. */
const TOKEN_LENGTH = 32;

/** `using canary = secretCanary();` fails the test at its end where a watched store was given a secret. */
export function secretCanary(): SecretCanary {
  const planted = new Map<string, PlantedSecret & { readonly value: string }>();
  let watched: SecretLeak[] = [];
  const find = (evidence: unknown): SecretLeak[] => findLeaks(evidence, [...planted.values()]);
  const assertWatched = (): void => {
    const leaks = watched;
    watched = [];
    assertNone(leaks);
  };
  return {
    secret(name) {
      if (!/^[\w-]{1,64}$/.test(name)) throw testkitError('TESTKIT_SECRET_NAME_INVALID', JSON.stringify(name));
      const known = planted.get(name) ?? plant(name);
      planted.set(name, known);
      return known.value;
    },
    assertClean: (...evidence) => (evidence.length === 0 ? assertWatched() : assertNone(evidence.flatMap(find))),
    findLeaks: find,
    watch: (store) =>
      watchStore(store, (activities: readonly Activity[]) => {
        watched.push(...find(activities));
      }),
    [Symbol.dispose]: assertWatched,
  };
}

function plant(name: string): PlantedSecret & { readonly value: string } {
  const token = randomBytes(TOKEN_LENGTH / 2).toString('hex');
  return { name, value: `canary-${name}-${token}`, needles: needlesOf(token) };
}

/** Most findings that one error lists. */
const MAX_LISTED = 10;

function assertNone(leaks: readonly SecretLeak[]): void {
  if (leaks.length === 0) return;
  const lines = leaks.slice(0, MAX_LISTED).map(({ secret, encoding, record, path }) => {
    const place = [record === undefined ? undefined : `record ${record}`, path === '' ? undefined : `at ${path}`].filter((part) => part !== undefined);
    return [`"${secret}"`, encoding === 'plain' ? undefined : `as ${encoding}`, 'in', place.join(' ') || 'the text'].filter((part) => part !== undefined).join(' ');
  });
  const more = leaks.length > MAX_LISTED ? [`and ${leaks.length - MAX_LISTED} more`] : [];
  throw testkitError('TESTKIT_SECRET_LEAKED', [...lines, ...more].join('; '));
}
