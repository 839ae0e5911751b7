/** Stands for a value that may not be stored, old and new alike. */
export const REDACTED = '***REDACTED***';

/** Which key names never keep their value, beside the allow-list. */
export interface RedactOptions {
  /** Further key names (any case, `_`, `-` and spaces ignored) to the default deny-list. */
  readonly deny?: readonly string[];
  /** Exact key names that are harmless although the deny-list catches them, for example `tokenCount`. */
  readonly allow?: readonly string[];
}

/** Caught anywhere in a key name once case and separators are gone. */
const DENIED_PARTS = [
  'password', 'passwd', 'passphrase', 'passcode', 'secret', 'token', 'authorization', 'cookie', 'apikey', 'privatekey',
  'accesskey', 'credential', 'creditcard', 'cardnumber', 'socialsecurity', 'signature', 'sessionkey', 'encryptionkey',
];

/** Caught as a whole word of a key name: `card_no`, `userPin`; not `discard` or `spinning`. */
const DENIED_WORDS = ['card', 'ssn', 'pin', 'otp', 'totp', 'cvv', 'cvc', 'pan', 'pwd', 'pass', 'iban', 'jwt', 'bearer', 'csrf', 'xsrf', 'sid'];

/** Tells whether a value under this key must be redacted. */
export type IsDenied = (key: string) => boolean;

/** Keys are few and repeat; the answer for each is kept. Past this many the cache starts again, so that hostile keys cannot fill memory. */
const MAX_CACHED_KEYS = 2000;

/** Builds the deny rule. The answer depends on the key alone, never on the value. */
export function createDenyRule(options: RedactOptions = {}): IsDenied {
  const parts = [...DENIED_PARTS, ...(options.deny ?? []).map(bare)].filter((part) => part !== '');
  const words = new Set(DENIED_WORDS);
  const allowed = new Set(options.allow ?? []);
  let cache = new Map<string, boolean>();
  return (key) => {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const name = bare(key);
    const denied =
      !allowed.has(key) && (parts.some((part) => name.includes(part)) || wordsOf(key).some((word) => words.has(word)));
    if (cache.size >= MAX_CACHED_KEYS) cache = new Map();
    if (key.length <= MAX_CACHED_KEY_LENGTH) cache.set(key, denied);
    return denied;
  };
}

const MAX_CACHED_KEY_LENGTH = 200;

function bare(key: string): string {
  return key.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function wordsOf(key: string): string[] {
  return key
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u);
}

/**
 * Secrets inside free text: `Bearer …`, `Basic …`, JSON Web Tokens (RFC 7519), `password=…` in a URL or an error text, and
 * the user-info part of a URL. The allow-list is the first line; this catches what people paste into a reason.
 */
const SECRETS_IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[\w+/=.~-]{6,}/gi, `$1 ${REDACTED}`],
  [/\beyJ[\w-]{5,}\.[\w-]+(\.[\w-]*)?/g, REDACTED],
  [/((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|authorization|cookie|credential|signature|otp|jwt)["']?\s*[=:]\s*["']?)[^\s"'&;,}]+/gi, `$1${REDACTED}`],
  [/([?&]code=)[^\s&#]+/gi, `$1${REDACTED}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`],
];

/** A text can only hold such a secret if it holds one of these; most texts are done after this one test. */
const SUSPICIOUS = /[=:]|bearer|basic|eyJ/i;

/** Replaces secrets inside free text. */
export function redactText(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  let clean = text;
  for (const [pattern, replacement] of SECRETS_IN_TEXT) clean = clean.replace(pattern, replacement);
  return clean;
}
