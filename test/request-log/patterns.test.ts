import { HEALTH_CHECKS, patternMatcher } from '@deedlog/http';
import type { Pattern, PatternRules } from '@deedlog/http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const recorded = (rules: PatternRules, texts: readonly string[], defaults?: PatternRules): string[] => texts.filter(patternMatcher(rules, defaults));

describe('which texts are let through', () => {
  test('without rules everything is; exclude wins over include', () => {
    expect(recorded({}, ['/a', '', 'x'])).toEqual(['/a', '', 'x']);
    expect(recorded({ include: ['/api/**'] }, ['/', '/api', '/api/a', '/api/a/b', '/apis'])).toEqual(['/api', '/api/a', '/api/a/b']);
    expect(recorded({ exclude: ['/static/**'] }, ['/static/a.js', '/a'])).toEqual(['/a']);
    expect(recorded({ include: ['/api/**'], exclude: ['/api/*/raw'] }, ['/api/a', '/api/a/raw', '/b'])).toEqual(['/api/a']);
    expect(recorded({ include: [] }, ['/a'])).toEqual([]);
  });

  test('a rule that is given replaces the default one, also an empty one', () => {
    const defaults = { exclude: ['/health'] };
    const texts = ['/health', '/a', '/b'];
    expect(recorded({}, texts, defaults)).toEqual(['/a', '/b']);
    expect(recorded({ exclude: undefined }, texts, defaults)).toEqual(['/a', '/b']);
    expect(recorded({ include: ['/health', '/a'] }, texts, defaults)).toEqual(['/a']);
    expect(recorded({ exclude: [] }, texts, defaults)).toEqual(texts);
    expect(recorded({ exclude: ['/a'] }, texts, defaults)).toEqual(['/health', '/b']);
  });

  test.each<[glob: string, matching: readonly string[], other: readonly string[]]>([
    ['/a', ['/a', '/a/'], ['/a/b', '/b/a', 'a']],
    ['/a/', ['/a', '/a/'], ['/a/b']],
    ['/', ['/'], ['/a']],
    ['/*', ['/a', '/.env', '/a/'], ['/a/b']],
    ['/**', ['/', '/a', '/.well-known/x', '/a/b/c'], ['a']],
    ['**/b', ['/b', '/a/b', '/a/a/b/'], ['/ab', '/b/a']],
    ['/a/**/b', ['/a/b', '/a/x/b', '/a/x/y/b'], ['/ab', '/x/a/b']],
    ['/{a,b}/?', ['/a/1', '/b/2'], ['/c/1', '/a/12', '/a/']],
    ['/v{1..3}', ['/v1', '/v3'], ['/v4', '/v']],
    ['*.example.com', ['api.example.com'], ['example.com', 'example.com.evil.test', 'apiexample.com']],
    ['https://*.example.com:8443/**', ['https://a.example.com:8443/x/y'], ['https://a.example.com/x', 'http://a.example.com:8443/x']],
    ['http://[::1]:80/**', ['http://[::1]:80/x'], ['http://::80/x', 'http://1:80/x']],
    ['!/a', ['!/a'], ['/b', '/a']],
    ['/a+b$^', ['/a+b$^'], ['/aab']],
  ])('%s', (glob, matching, other) => {
    expect(recorded({ include: [glob] }, [...matching, ...other])).toEqual(matching);
    expect(recorded({ exclude: [glob] }, [...matching, ...other])).toEqual(other);
  });

  test('an included glob takes either case, an excluded one the case as it is', () => {
    expect(recorded({ include: ['/api/**'] }, ['/API/x'])).toEqual(['/API/x']);
    expect(recorded({ exclude: ['/api/**'] }, ['/API/x', '/api/x'])).toEqual(['/API/x']);
  });

  test.each([/^\/a\d/, /^\/a\d/g, /\/a\d/y, /^\/A\d/giu])('a regular expression answers alike every time, and is left as it was: %s', (expression) => {
    const matches = patternMatcher({ include: [expression] });
    expect(['/a1', '/b', '/a2', '/a3', '/a3'].map(matches)).toEqual([true, false, true, true, true]);
    expect(expression.lastIndex).toBe(0);
    expression.lastIndex = 2;
    expect([matches('/a1'), expression.lastIndex]).toEqual([true, 2]);
  });
});

describe('HEALTH_CHECKS', () => {
  const isRecorded = patternMatcher({}, { exclude: HEALTH_CHECKS });
  const names = ['health', 'healthz', 'health-check', 'healthcheck', 'livez', 'readyz', 'live', 'ready', 'ping', '_health', 'up', 'health/live', 'actuator/health'];

  test.each(names)('%s is out at the root and below /api and a version, with and without a slash at the end', (name) => {
    for (const prefix of ['', '/api', '/v1', '/api/v2']) {
      expect([isRecorded(`${prefix}/${name}`), isRecorded(`${prefix}/${name}/`)]).toEqual([false, false]);
    }
  });

  test.each(['/patients/7/health', '/status', '/healthy', '/health/records', '/vault/health', '/api', '/', '/apis/health', '/api/v1', '/api/../health', '/health//'])(
    '%s is recorded',
    (path) => {
      expect(isRecorded(path)).toBe(true);
    },
  );
});

describe('nobody gets past the log by how a path is written', () => {
  const rules: PatternRules = { include: ['/api/**'], exclude: ['/api/static/**'] };

  test.each(['/x/../api/y', '/api/static/../pay', '/api/static/%2e%2E/pay', '/api/static/.%2e/pay', '/api/static\\..\\pay', '/api/static/x%2F..%2f..%2Fpay', '/api/static%5C..%5cpay', '/./api/x', '/%61pi/x', '/api/%70ay', '/api\n/x', '/api/..'])(
    '%j is not in normal form, and recorded',
    (path) => {
      expect(patternMatcher(rules)(path)).toBe(true);
      expect(patternMatcher({ include: [] })(path)).toBe(true);
    },
  );

  test.each(['/web/a%20b', '/web/%2F', '/web/a..b', '/web/...', '/web/%C3%A9'])('%s is, and not recorded', (path) => {
    expect(patternMatcher(rules)(path)).toBe(false);
  });

  test('what is too long to be looked at is recorded', () => {
    const matches = patternMatcher({ exclude: ['/static/**', /./] });
    expect([matches(`/static/${'a'.repeat(1000)}`), matches(`/static/${'a'.repeat(1100)}`)]).toEqual([false, true]);
  });

  test('whatever the path, the answer is one, is the same again, and what exclude names is only recorded where the path is odd', () => {
    const piece = fc.oneof(fc.constantFrom('/', '.', '..', '%2e', 'api', '\0', '\n', '\ud800', '*', '[', '{', 'é'), fc.string({ unit: 'binary', maxLength: 8 }), fc.webPath());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')), (rest) => {
        const matches = patternMatcher({ exclude: ['/api/**', /^\/never/g] });
        const first = matches(`/api/${rest}`);
        expect(matches(`/api/${rest}`)).toBe(first);
        if (/^[\w/-]*$/.test(rest)) expect(first).toBe(false);
        expect(matches(`/web/${rest}`)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a wrong pattern is told at set-up', () => {
  test.each<[what: string, pattern: unknown]>([
    ['is empty', ''],
    ['is longer than 512', 'a'.repeat(513)],
    ['Missing closing: \\"]\\"', '/[a'],
    ['Missing closing: \\"}\\"', '/{a'],
    ['write {a,b}', '/@(a|b)'],
    ['write {a,b}', '/+(a)'],
    ['write {a,b}', '/{a,aa}+b'],
    ['more than two wildcards', '/*a*a*b'],
    ['more than two wildcards', '**/a/**/b/**/c'],
    ['more than two wildcards', '/*a*/*b*'],
    ['more than 8 braces', '{a,b}'.repeat(9)],
    ['is a number', 7],
    ['is a object', null],
  ])('it %s: %j', (what, pattern) => {
    const call = (): unknown => patternMatcher({ exclude: ['/a', pattern as Pattern] });
    expect(call).toThrow(expect.objectContaining({ code: 'HTTP_PATTERN_INVALID' }));
    expect(call).toThrow('exclude[1]');
    expect(call).toThrow(what.replaceAll('\\"', '"'));
  });

  test('and rules that are no list', () => {
    expect(() => patternMatcher({ include: '/a' as unknown as Pattern[] })).toThrow('HTTP_PATTERN_INVALID');
  });
});

/** Milliseconds of the fastest of three: the others were disturbed. */
function fastest(work: () => unknown): number {
  return Math.min(...[0, 0, 0].map(() => {
    const begun = performance.now();
    work();
    return performance.now() - begun;
  }));
}

describe('the longest path that is looked at', () => {
  test.each<[glob: string, text: string]>([
    ['*a*b', 'a'.repeat(1024)],
    ['/**/*a*b', '/a'.repeat(512)],
    ['/**/*a*b', `/${'a'.repeat(1023)}`],
    ['/**/*a*b', `/${'aaaaaaaaaaaaaaa/'.repeat(63)}`],
    ['/**/a/**/b/**', '/a'.repeat(512)],
    ['/**/a/**/ab', '/a'.repeat(512)],
    ['{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}*b', 'a'.repeat(1024)],
    [HEALTH_CHECKS[0] ?? '', '/health'.repeat(146)],
  ])('costs 20 milliseconds at most with %s', (glob, text) => {
    const matches = patternMatcher({ exclude: [glob] });
    expect(matches(text)).toBe(true);
    expect(fastest(() => matches(text))).toBeLessThan(20);
  });
});
