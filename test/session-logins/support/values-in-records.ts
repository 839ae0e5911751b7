/** Shorter parts of a cookie may stand in a record by chance. */
const MIN_LENGTH = 12;

/**
 * Which of the values stand in the evidence: as they are, percent-decoded, cut at dots (a signed cookie is `token.signature`), half
 * of them, in hexadecimal, base64 or base64url.
 */
export function valuesIn(evidence: unknown, values: Iterable<string>): readonly string[] {
  const text = JSON.stringify(evidence);
  const lower = text.toLowerCase();
  return [...values].filter((value) =>
    partsOf(value).some((part) => lower.includes(part.toLowerCase()) || lower.includes(Buffer.from(part).toString('hex')) || base64Of(part).some((encoded) => text.includes(encoded))),
  );
}

function partsOf(value: string): readonly string[] {
  const whole = [value, decodeURIComponent(value)];
  const pieces = whole.flatMap((one) => [one, ...one.split('.'), ...one.replace(/^s:/, '').split('.')]);
  const halves = pieces.flatMap((piece) => [piece.slice(0, piece.length / 2), piece.slice(piece.length / 2)]);
  return [...new Set([...pieces, ...halves])].filter(({ length }) => length >= MIN_LENGTH);
}

/** Wherever it begins in what was encoded: the characters that depend on `part` alone. */
function base64Of(part: string): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.from('\0'.repeat(offset) + part).toString('base64').replace(/=+$/, '');
    const sure = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + Buffer.byteLength(part)) * 8) / 6));
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
