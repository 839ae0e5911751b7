import { cleanText, createDenyRule, LIMITS, REDACTED, redactText, toJson, userActor } from '@deedlog/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deniedKey } from './support/denied-keys.ts';
import { inMemory } from './support/set-up.ts';

const isDenied = createDenyRule();
/** No pattern knows it: only its key can give it away. */
const SECRET = 'plain-Words-91';

describe('a value under a denied key', () => {
  class Account {
    constructor(fields: object) {
      Object.assign(this, fields);
    }
  }
  class Wrapped {
    readonly #inner: unknown;
    constructor(inner: unknown) {
      this.#inner = inner;
    }
    toJSON(): unknown {
      return this.#inner;
    }
  }
  const holders: readonly ((key: string, value: unknown) => unknown)[] = [
    (key, value) => ({ [key]: value }),
    (key, value) => ({ a: 1, [key]: value, z: 2 }),
    (key, value) => new Map([[key, value]]),
    (key, value) => [[key, value]],
    (key, value) => [key, value],
    (key, value) => new Account({ [key]: value }),
    (key, value) => new Wrapped({ [key]: value }),
    (key, value) => Object.assign(Object.create(null) as object, { [key]: value }),
    (key, value) => ({ name: key, value }),
    (key, value) => ({ key, value }),
    (key, value) => Object.defineProperty({}, key, { enumerable: true, get: () => value }),
  ];
  const values = [SECRET, { deep: SECRET }, [SECRET], new Map([['a', SECRET]]), new String(SECRET), new Error(SECRET)];
  const around: readonly ((inner: unknown) => unknown)[] = [(inner) => ({ a: inner }), (inner) => [inner], (inner) => new Map([['a', inner]]), (inner) => new Set([inner]), (inner) => new Wrapped(inner)];

  test('never appears: any nesting, case, separator and container', () => {
    fc.assert(
      fc.property(deniedKey, fc.constantFrom(...holders), fc.constantFrom(...values), fc.array(fc.constantFrom(...around), { maxLength: 3 }), (key, hold, value, wraps) => {
        const poisoned = wraps.reduce((inner, wrap) => wrap(inner), hold(key, value));
        const json = JSON.stringify(toJson(poisoned, isDenied));
        expect(json).not.toContain(SECRET);
        expect(json).toContain(REDACTED);
      }),
      { numRuns: 3000 },
    );
  });

  test('never appears in any part of a record', async () => {
    const { deedlog, store } = inMemory();
    await fc.assert(
      fc.asyncProperty(deniedKey, fc.constantFrom(...holders), async (key, hold) => {
        const bag = { bag: hold(key, SECRET) };
        await deedlog.withIntent({ action: 'a.b', host: {}, metadata: bag, fields: ['bag', key], data: { ...bag, [key]: SECRET }, message: '{bag}' }, (audit) => {
          audit.metadata(bag);
          audit.values(bag);
          audit.changes({ [`x[${JSON.stringify(key)}]`]: { old: SECRET, new: SECRET }, bag: { old: null, new: bag as never } });
        });
        await deedlog.auditUpdate({ target: { type: 'A', id: 1 }, actor: userActor(1), before: { [key]: SECRET, n: 1 }, data: { [key]: `${SECRET}2`, n: 2 }, fields: [key, 'n'] as never });
        expect(JSON.stringify(store.activities)).not.toContain(SECRET);
        expect(store.activities).toHaveLength(2);
        store.clear();
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    [new Headers({ Authorization: SECRET, 'X-Api-Key': SECRET, accept: 'json' })],
    [new URLSearchParams({ access_token: SECRET, page: '2' })],
    [Object.entries({ 'set-cookie': SECRET })],
    [['Host', 'a.example', 'Authorization', SECRET, 'Cookie', SECRET]],
    [{ headers: [{ name: 'Cookie', value: SECRET }] }],
    [{ auth: `ada:${SECRET}` }],
    [{ argv: ['dump', '--password', SECRET] }],
    [{ query: 'insert into a values ($1)', params: [SECRET] }],
    [{ sql: 'select ?', parameters: [SECRET] }],
    [{ JSESSIONID: SECRET, 'x-auth-key': SECRET, 'Ocp-Apim-Subscription-Key': SECRET }],
  ])('never appears in what a platform carries: %o', (value) => {
    expect(JSON.stringify(toJson(value, isDenied))).not.toContain(SECRET);
  });

  test('never appears as the bytes of a buffer that went through JSON', () => {
    expect(toJson(JSON.parse(JSON.stringify({ body: Buffer.from(SECRET) })), isDenied)).toEqual({ body: `[Buffer ${SECRET.length} bytes]` });
    expect(toJson({ type: 'Buffer', data: 'x' }, isDenied)).toEqual({ type: 'Buffer', data: 'x' });
  });

  test.each(['ｐａｓｓｗｏｒｄ', 'PASSWORD', 'pass\u200bword', 'pass word', 'p-a-s-s-w-o-r-d', 's.s.n', 'userSSN', 'SSNNumber', 'cards', 'PINs', 'kreditkarte', 'x'.repeat(300)])('is caught under %j', (key) => {
    const deny = createDenyRule({ deny: ['Kredit-Karte'] });
    expect(deny(key)).toBe(true);
  });

  test.each(['discard', 'cardiology', 'cardiologist', 'spinning', 'author', 'authType', 'passenger', 'passengers', 'compass', 'panel', 'company', 'opinion', 'mission', 'sidebar', 'inside', 'id', 'name', 'title', 'status', 'createdAt', 'ip', 'sessionId', '', 'Ключ'])('keeps a harmless one: %j', (key) => {
    expect(isDenied(key)).toBe(false);
  });

  test('can be allowed by its exact name', () => {
    const deny = createDenyRule({ allow: ['tokenCount'] });
    expect([deny('tokenCount'), deny('tokencount'), deny('token')]).toEqual([false, true, true]);
  });

  test('keys by the thousand do not fill memory, and are still judged right', () => {
    for (let n = 0; n < 10_000; n++) expect(isDenied(`field${n}`)).toBe(false);
    expect(isDenied('password')).toBe(true);
  });
});

describe('a secret in free text', () => {
  const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl';
  test.each([
    ['a bearer', `called with Bearer ${SECRET}`],
    ['a bearer in another case', `BEARER\t${SECRET}`],
    ['basic credentials', 'Basic dXNlcjpwYXNzd29yZA=='],
    ['a header', `Authorization: ${SECRET}`],
    ['a header of a scheme', `authorization: Digest username="x", response="${SECRET}"`],
    ['cookies, all of them', `Cookie: a=1; session=${SECRET}`],
    ['a JSON Web Token', `token was ${JWT}`],
    ['a JSON Web Token in a path', `/reset/${JWT}/now`],
    ['user-info of a URL', `postgres://app:${SECRET}@db:5432/x`],
    ['a password with an @ in user-info', `https://app:p@${SECRET}@db/x`],
    ['password=', `password=${SECRET}`],
    ['a quoted password with spaces', `password="my ${SECRET} phrase"`],
    ['a quoted password with a quote in it', `password="my \\"${SECRET} phrase"`],
    ['JSON with a quote in the value', JSON.stringify({ password: `"${SECRET}\\`, a: 1 })],
    ['JSON', `{"apiKey": "${SECRET}", "a": 1}`],
    ['JSON inside of JSON', JSON.stringify({ body: JSON.stringify({ password: `my ${SECRET}`, a: 1 }) })],
    ['headers in JSON inside of JSON', JSON.stringify({ body: JSON.stringify({ a: 1, cookie: `my=${SECRET}` }) })],
    ['a JavaScript object', `{ client_secret: '${SECRET}' }`],
    ['an arrow', `:token => ${SECRET}`],
    ['a longer name', `accessKeyId=${SECRET}`],
    ['an environment', `DB_PASSWORD=${SECRET} node`],
    ['a pin', `the pin: ${SECRET}`],
    ['an argument of GraphQL', `mutation { pay(cardNumber: "${SECRET}") { id } }`],
    ['a variable of GraphQL in JSON', `{"query":"…","variables":{"creditCard":"${SECRET}"}}`],
    ['a key of a session', `session_key=${SECRET}`],
    ['a query string', `GET /cb?code=${SECRET}&page=2`],
    ['a signed query', `https://x.example/f?sig=${SECRET}`],
    ['a fragment', `https://x.example/#access_token=${SECRET}`],
    ['several lines', `first\npassword:\n  ${SECRET}\nlast`],
    ['unicode around it', `🔑 пароль password=${SECRET}ü 🔑`],
    ['a token that names its issuer', `ghp_${SECRET.replaceAll('-', '')}0123456789`],
    ['a token that names its issuer: OpenAI', `Incorrect key provided: sk-proj-${SECRET}0123456789`],
    ['an encrypted JSON Web Token, which has an empty part', `session eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..${SECRET}.${SECRET}.${SECRET}`],
    ['an encrypted private key, which has headers', `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,AB\n\n${SECRET}\n-----END RSA PRIVATE KEY-----`],
    ['a private key of PGP', `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${SECRET}\n-----END PGP PRIVATE KEY BLOCK-----`],
    ['a session in a path', `/orders;jsessionid=${SECRET}/7`],
    ['a session among others', `not signed: connect.sid=${SECRET}`],
    ['a name with such a word', `{ userPin: '${SECRET}', cardNo: "x" }`],
    ['a card', `charging card=${SECRET}`],
    ['a URL inside of a parameter', `GET /in?next=%2Freset%3Ftoken%3D${SECRET}`],
    ['a URL inside of one inside of a parameter', `GET /in?next=%252Freset%253Fto%25252Fx%253Fpassword%25253D${SECRET}`],
    ['JSON inside of a parameter', `GET /in?state=%7B%22token%22%3A%22${SECRET}%22%7D`],
    ['user-info of a URL without a scheme', `GET //app:${SECRET}@db/x`],
    ['a password with a slash in user-info', `postgres://app:a/${SECRET}@db/x`],
    ['a password with what begins a query', `postgres://app:${SECRET}#a?b@db:5432/x`],
    ['an api key, in words', `Invalid API key: ${SECRET}`],
    ['a connection string', `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${SECRET}==;EndpointSuffix=y`],
    ['a key of a subscription', `Ocp-Apim-Subscription-Key: ${SECRET}`],
    ['an argument of a command', `Command failed: mysqldump --password ${SECRET} ward`],
    ['the user of curl', `Command failed: curl -u app:${SECRET} https://x.example`],
    ['an element of XML', `<wsse:Password Type="text">${SECRET}</wsse:Password>`],
    ['cookies on lines of their own', `{\n  'set-cookie': [\n    'session=${SECRET}; Path=/',\n    'b=${SECRET}]; Path=/'\n  ],\n}`],
    ['a unique key of PostgreSQL', `Key (tenant, api_key)=(acme, ${SECRET}) already exists.`],
    ['a row of PostgreSQL', `violates not-null constraint - detail: Failing row contains (1, ann, (${SECRET}), null).`],
    ['values of SQL', `insert into "user" ("mail", "hash") values ('a', 'it''s'), ('b', '(${SECRET}') returning "id"`],
    ['a private key', `-----BEGIN RSA PRIVATE KEY-----\n${SECRET.replaceAll('-', '')}\n-----END RSA PRIVATE KEY-----`],
  ])('%s', (_, text) => {
    const clean = redactText(text);
    expect(clean).toContain(REDACTED);
    expect(clean.replaceAll('-', '')).not.toContain(SECRET.replaceAll('-', ''));
    expect(clean).not.toMatch(/eyJ|dXNlcj/);
    expect(redactText(clean)).toBe(clean);
  });

  test.each([
    'The basic patient information was checked',
    'a basic follow-up, as usual',
    'passenger: Ada, compass: north, bypass: none',
    'see https://x.example/a?page=2#top and mailto:a@b.example',
    'https://x.example?email=a@b.example',
    'at 10:11:12 in ward 3: 2 = two',
    'discard: all; author: Ada',
    'cookies were served',
    'http://localhost:3000/@vite/client and https://a.example/@scope/name',
    'insert into "user" ("mail") values ($1, $2)',
    'Key (mail)=(a@b.example) already exists.',
    '100%3 <b>bold</b> x--y -- z, panel: left',
    '',
  ])('harmless text stays: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  test.each([
    ['user-info of a URL', `postgres://app:${SECRET}@db:5432/x`],
    ['a token that names its issuer', `ghp_${SECRET}0123456789`],
    ['a JSON Web Token', JWT],
  ])('is caught wherever a long text is cut: %s', (_, secret) => {
    const text = `${'a '.repeat(50)}${secret} and so on`;
    for (let limit = 100; limit <= text.length; limit++) expect(cleanText(text, limit)).not.toMatch(/plain|eyJ/);
  });

  test('is not in what a parser quotes of it', () => {
    for (const json of [SECRET, `{"a":"some text here","password":    ${SECRET}, "b": "and more"}`]) {
      let message = '';
      try {
        JSON.parse(json);
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain(SECRET.slice(0, 9));
      expect(redactText(message)).toBe('SyntaxError: Unexpected token […] is not valid JSON');
    }
  });

  test('is caught in reason, tool, labels, code, context and metadata alike', async () => {
    const { deedlog, store } = inMemory();
    const text = `password=${SECRET}`;
    await deedlog.trackActivity({
      action: 'a.b', actor: userActor(1, { label: text, onBehalfOf: userActor(2, { label: text }) }), target: { type: 'A', id: 1, label: text }, related: [{ role: 'r', type: 'A', id: 1, label: text }],
      reason: text, tool: text, outcomeCode: text, outcome: 'failure', context: { userAgent: text, path: `/${text}`, requestId: text, tenant: text }, metadata: { text, [text]: 1 }, message: `${text} {v}`, values: { v: text },
      changes: { a: { old: text, new: text }, [text]: { old: null, new: 1 } },
    });
    expect(store.activities).toHaveLength(1);
    expect(JSON.stringify(store.activities)).not.toContain(SECRET);
  });
});

describe('time', () => {
  /** Work in ms, the least of several tries, which is the least disturbed. */
  function cost(work: () => unknown): number {
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 7; round++) {
      const start = performance.now();
      work();
      least = Math.min(least, performance.now() - start);
    }
    return least;
  }

  const units = [
    'a', 'a.', 'a-', 'a+', 'eyJ', 'eyJ-', 'eyJ.', 'eyJaaaaa.', 'eyJaaaaa', 'bearer ', 'bearer', 'basic\t', 'basic ', ' ', '\n', 'token', 'token ', 'token-', 'token"', 'token=', 'token= ', 'token="', "token='", 'password', 'pass', 'pass ',
    'cookie', 'cookie:', 'cookie:\n', 'authorization ', '?', '?code', '?code=', '&sid=', 'a:', 'a:/', 'a://', 'a://b@', 'a://b', '@', 'x@', 'ghp_', 'ghp_a', 'AKIA', '-----BEGIN ', '-----BEGIN PRIVATE KEY-----', '-----BEGIN A ', '-', '=', ':', '=>', '{', '"', "'", 'ü', '\u{1F511}', '_', '.', '/',
    '%3d', '%25', '<', '<password', '<password>', '--', '--token ', ' -u a:', '(a)=(', '(', 'insert into a(', 'insert into a(b) values (', 'Failing row contains (', 'Unexpected token ', '[', 'sid=', 'pin', 'a://b:',
  ];
  const SIZE = LIMITS.text;
  const bounded = (unit: string, size: number): string => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);

  /** Eight times the text costs 8 times where work is linear, 64 times where it is quadratic: far enough from both. */
  const TIMES = 8;
  const BETWEEN = 24;

  /** What one text costs, of as many as make the same sum: a busy machine disturbs many short ones and a long one alike. */
  const spend = (make: (size: number) => string, size: number): number => {
    const text = make(size);
    const count = (SIZE * TIMES) / size;
    const all = cost(() => {
      for (let n = 0; n < count; n++) redactText(text);
    });
    return all / count;
  };

  /** What is over at once cannot tell. */
  const expectLinear = (make: (size: number) => string): void => {
    const ratio = (): number => {
      const large = spend(make, SIZE * TIMES);
      return large < 0.5 ? 0 : large / Math.max(spend(make, SIZE), 0.01);
    };
    // A square stays one however often it is measured; a disturbed measurement does not.
    expect([ratio, ratio, ratio].some((measured) => measured() < BETWEEN)).toBe(true);
  };

  test.each(units)('redacting grows with the text, not with its square: %j repeated', (unit) => {
    expectLinear((size) => bounded(unit, size));
    expectLinear((size) => `token${bounded(unit, size)}=`);
    expectLinear((size) => `a://${bounded(unit, size)}`);
  });

  test('redacting grows with the text: any two units in turn', () => {
    fc.assert(fc.property(fc.constantFrom(...units), fc.constantFrom(...units), (one, other) => expectLinear((size) => bounded(one + other, size))), { numRuns: 150 });
  });

  test('a quadratic pattern would be found', () => {
    const quadratic = /a+b/g;
    const work = (size: number): number => cost(() => 'a'.repeat(size).replace(quadratic, ''));
    expect(work(2 * SIZE) / work((2 * SIZE) / TIMES)).toBeGreaterThan(BETWEEN);
  });

  test('a long key is judged without reading it', () => {
    const key = 'aB'.repeat(5_000_000);
    expect(cost(() => isDenied(key))).toBeLessThan(cost(() => key.toLowerCase()));
  });
});
