import { renderMessage, userActor } from '@deedlog/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inMemory } from './support/set-up.ts';

interface Rendered {
  readonly text: string;
  readonly message: string | null;
  readonly values: unknown;
}

async function render(message: string, values: Record<string, unknown> = {}): Promise<Rendered> {
  const { deedlog, only } = inMemory();
  await deedlog.trackActivity({ action: 'item.update', actor: userActor(7, { label: 'Ada' }), target: { type: 'Item', id: 42, label: 'Lamp' }, message, values, reason: 'why', metadata: { pages: 3 } });
  const { message: stored, messageValues } = only();
  return { text: renderMessage(stored ?? '', messageValues), message: stored, values: messageValues };
}

describe('a message', () => {
  const item = { name: 'Certificate A', owner: { fullName: 'John Doe' }, at: new Date(0), tags: ['a', 'b'] };

  test('as django-simple-eventlog documents it: the object stands under the whole name', async () => {
    const { text, message, values } = await render('Item {item__name} was updated by {user__full_name}.', { item__name: item, user__full_name: { full_name: 'John Doe' } });
    expect(text).toBe('Item Certificate A was updated by John Doe.');
    expect(message).toBe('Item {item__name} was updated by {user__full_name}.');
    expect(values).toEqual({ item__name: 'Certificate A', user__full_name: 'John Doe' });
  });

  test.each([
    ['a path with dots', 'Item {item.name}', { item }, 'Item Certificate A'],
    ['a path with underscores', 'Item {item__name}', { item }, 'Item Certificate A'],
    ['a longer path', '{item.owner.fullName} / {item__owner__fullName}', { item }, 'John Doe / John Doe'],
    ['a plain name', '{count} items', { count: 3 }, '3 items'],
    ['a name with one underscore', '{first_name}', { first_name: 'Ada' }, 'Ada'],
    ['a name in another alphabet', '{пациент.имя}', { пациент: { имя: 'Ада' } }, 'Ада'],
    ['blanks in the braces', '{ count }', { count: 3 }, '3'],
    ['the standard objects', '{actor.label} {action} {target.label} {target.id} {reason} {metadata.pages} {outcome}', {}, 'Ada item.update Lamp 42 why 3 success'],
    ['values that win over them', '{actor.label}', { actor: { label: 'Grace' } }, 'Grace'],
    ['doubled braces', '{{not a slot}} {count}', { count: 1 }, '{not a slot} 1'],
    ['the same slot twice', '{count}{count}', { count: 1 }, '11'],
    ['a date, a list, an object, falsy values', '{item.at} {item.tags} {o} {zero} {no} {empty}', { item, o: { a: 1 }, zero: 0, no: false, empty: '' }, '1970-01-01T00:00:00.000Z ["a","b"] {"a":1} 0 false '],
    ['no slot at all', 'Created a new request', {}, 'Created a new request'],
    ['an empty text', '', {}, ''],
  ])('%s', async (_, template, values, text) => {
    expect((await render(template, values)).text).toBe(text);
  });

  test.each([
    ['a name that is not there', '{nothing}', {}],
    ['an attribute that is not there', '{item.nothing}', { item }],
    ['null', '{v}', { v: null }],
    ['undefined', '{v}', { v: undefined }],
    ['a function', '{item.toString}', { item }],
    ['the constructor', '{item.constructor.name}', { item }],
    ['the prototype', '{item.__proto__.x}', { item }],
    ['an attribute of a text', '{t.length}', { t: 'text' }],
    ['a name of Object.prototype', '{toString}', {}],
  ])('a slot that cannot be filled is an error when written: %s', async (_, template, values) => {
    await expect(render(template, values)).rejects.toMatchObject({ code: 'MESSAGE_SLOT_EMPTY' });
  });

  test.each(['{', '}', '{}', 'a {b', 'a} b', '{a b}', '{a..b}', '{1a}', '{{{', '{a{b}}', '{a-b}', 'x'.repeat(5000)])('a template that cannot be parsed is an error when written: %j', async (template) => {
    await expect(render(template, { a: 1, b: 1 })).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
  });

  test.each(['{user.password}', '{password}', '{user__apiToken}', '{card.number}'])('a slot with a denied name shows that there was something: %s', async (template) => {
    const user = { password: 'hunter-91', apiToken: 'hunter-91' };
    const { text, values } = await render(template, { user, password: 'hunter-91', card: { number: 'hunter-91' } });
    expect([text, JSON.stringify(values).includes('hunter-91')]).toEqual(['***REDACTED***', false]);
  });

  test('a secret in the text of a template does not reach the log, and its slots still work', async () => {
    const { text, message } = await render('password=hunter-91 for {count} {{x}} token={count}', { count: 2 });
    expect(message).not.toContain('hunter-91');
    expect(text).toMatch(/^password=\*\*\*REDACTED\*\*\* for 2 \{x\} token=/);
  });

  test('values are never read as templates', async () => {
    const { text } = await render('<{a}> <{b}>', { a: '{b} {{ }} {actor.label}', b: '{a}' });
    expect(text).toBe('<{b} {{ }} {actor.label}> <{a}>');
  });

  test('whatever the values are, the text around them stands', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (a, b) => {
        const { text } = await render('begin {a} middle {b} end', { a, b });
        expect(text.startsWith('begin ') && text.includes(' middle ') && text.endsWith(' end')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('whatever the template is, it is stored as it renders or refused with a code', async () => {
    const piece = fc.oneof(fc.constantFrom('{a}', '{{', '}}', '{', '}', '{a.b}', '{a__b}', ' '), fc.string({ maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')), async (template) => {
        try {
          const { message, values } = await render(template, { a: { b: 'x' } });
          expect(() => renderMessage(message ?? '', values as never)).not.toThrow();
        } catch (error) {
          expect(['MESSAGE_INVALID', 'MESSAGE_SLOT_EMPTY']).toContain((error as { code?: string }).code);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a getter that throws shows as unreadable', async () => {
    const { text } = await render('{o.bad.deeper}', { o: Object.defineProperty({}, 'bad', { get: () => { throw new TypeError('x'); } }) });
    expect(text).toBe('[unreadable: TypeError]');
  });
});

describe('renderMessage', () => {
  test.each([
    ['a slot without a value', 'by {actor.label} and {x}', { x: 1 }, 'by {actor.label} and 1'],
    ['no values', 'by {x}', null, 'by {x}'],
    ['a stored text that is no template', 'a { b', {}, 'a { b'],
    ['a stored text that is too long', `${'x'.repeat(9000)}{`, {}, `${'x'.repeat(9000)}{`],
    ['a name of Object.prototype', '{toString}', {}, '{toString}'],
  ])('never throws: %s', (_, template, values, text) => {
    expect(renderMessage(template, values)).toBe(text);
  });

  test('never throws, whatever is stored', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', '.', '_', ' ') }), fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue()), (template, values) => {
      expect(typeof renderMessage(template, values as never)).toBe('string');
    }));
  });
});
