/** How a secret can be hidden in the log. */
export type SecretEncoding = 'plain' | 'base64' | 'hex' | 'percent-encoded' | 'JSON-escaped';

export interface Needle {
  readonly encoding: SecretEncoding;
  readonly text: string;
  /** The haystack is to be in lower case, too. */
  readonly anyCase: boolean;
}

/**
 * What to look for so that a token of ASCII letters and digits is found in each encoding, within a longer text as well.
 * The token is searched by its two halves, so that a record that cut it off is found, too. Its base64 holds neither `+` nor
 * `/`, so that base64 and base64url are one.
 */
export function needlesOf(token: string): readonly Needle[] {
  const half = token.length / 2;
  return [token.slice(0, half), token.slice(half)].flatMap((part) => [
    { encoding: 'plain', text: part, anyCase: true },
    { encoding: 'hex', text: Buffer.from(part).toString('hex'), anyCase: true },
    { encoding: 'percent-encoded', text: escaped(part, '%'), anyCase: true },
    { encoding: 'JSON-escaped', text: escaped(part, '\\u00'), anyCase: true },
    ...[0, 1, 2].map((offset) => ({ encoding: 'base64' as const, text: base64At(part, offset), anyCase: false })),
  ]);
}

function escaped(part: string, prefix: string): string {
  return [...Buffer.from(part)].map((byte) => `${prefix}${byte.toString(16).padStart(2, '0')}`).join('');
}

/** The base64 characters that depend on `part` alone when it begins at this offset (modulo 3) of the encoded bytes. */
function base64At(part: string, offset: number): string {
  const encoded = Buffer.from('\0'.repeat(offset) + part).toString('base64').replace(/=+$/, '');
  const first = Math.ceil((offset * 8) / 6);
  const whole = Math.floor(((offset + part.length) * 8) / 6);
  return encoded.slice(first, whole);
}
