import { REDACTED } from './redact.ts';

/** Scheme and value; `basic` is also a word, so what follows must look encoded. */
const SCHEME = /(?<![\w-])(bearer|basic)\s+([\w+/=.~-]{6,})/gi;
const ENCODED = /[0-9=+/]|[a-z][A-Z]/;

/** Headers whose whole line is secret. */
const SECRET_LINE = /((?:set-)?cookie2?|authorization)(["']?\s*[=:]\s*)[^\r\n]+/gi;

/** `password=…`, `"apiKey": "…"`, `client_secret => …`, `pin: …`. A quoted value goes to its closing quote. */
const NAMED = new RegExp(
  '((?:(?:passw(?:or)?d|passphrase|passcode|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|signature|jwt)[\\w-]{0,24}' +
    '|(?<![a-z])(?:pass|pin|ssn|cvv|cvc|t?otp|iban|csrf|xsrf)(?![a-z]))["\']?\\s*(?:=>|:=|[=:](?![=>]))\\s*)(?!\\*\\*\\*REDACTED)(?:"[^"]*"?|\'[^\']*\'?|[^\\s"\'&;]+)',
  'gi',
);

/**
 * Secrets inside free text, beside those of {@link SCHEME}. None of these patterns may try the same text from many places: a
 * look-behind or a bounded length keeps each linear, which a test measures.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [SECRET_LINE, `$1$2${REDACTED}`],
  // JSON Web Tokens (RFC 7519).
  [/(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g, REDACTED],
  [NAMED, `$1${REDACTED}`],
  [/([?&#](?:code|key|sig|sid|session|auth)=)[^\s&#"'<>]+/gi, `$1${REDACTED}`],
  // The user-info part of a URL.
  [/((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#]*@/gi, `$1${REDACTED}@`],
  // Tokens that name their issuer.
  [/(?<![\w-])(?:gh[pousr]_|github_pat_|glpat-|[sr]k_(?:live|test)_|xox[abeoprs]-|npm_|AKIA|AIza)[\w-]{12,}/g, REDACTED],
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g, REDACTED],
];

/** A text can only hold such a secret if it holds one of these; most texts are done after this one test. */
const SUSPICIOUS = /[=:]|bearer|basic|eyJ|gh[pousr]_|github_pat_|glpat-|k_(?:live|test)_|xox[abeoprs]-|npm_|AKIA|AIza|-----BEGIN/i;

/** Replaces secrets inside free text: what people paste into a reason, what URLs and error texts carry. */
export function redactText(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  let clean = text.replace(SCHEME, (found: string, scheme: string, value: string) =>
    scheme.toLowerCase() === 'bearer' || ENCODED.test(value) ? `${scheme} ${REDACTED}` : found,
  );
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return clean;
}
