/** JSON by name or by suffix (RFC 6839 §3.1), without streams of it. */
const JSON_TYPE = /^(?:application|text)\/(?:[\w.!#$&^-]{1,100}\+)?json$/;

/** How a body is read; undefined for every other type: files, multipart, pages and streams are never stored. */
export type BodyKind = 'json' | 'form';

/** RFC 8259 §8.1 wants UTF-8. */
const UTF8 = /^"?(?:utf-?8|us-ascii)"?$/i;

export function bodyKindOf(contentType: string | undefined): BodyKind | undefined {
  if (contentType === undefined) return undefined;
  const [type = '', ...parameters] = contentType.slice(0, 256).split(';');
  const charset = parameters.map((one) => one.trim()).find((one) => /^charset=/i.test(one));
  if (charset !== undefined && !UTF8.test(charset.slice('charset='.length))) return undefined;
  const name = type.trim().toLowerCase();
  if (name === 'application/x-www-form-urlencoded') return 'form';
  return JSON_TYPE.test(name) ? 'json' : undefined;
}
