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
  'accountkey', 'authkey', 'signingkey', 'masterkey', 'subscriptionkey', 'jsessionid', 'phpsessid', 'sessid',
];

/** Caught as a whole word of a key name, or its plural: `card_no`, `userPin`, `cards`; not `discard` or `spinning`. */
const DENIED_WORDS = ['card', 'ssn', 'pin', 'otp', 'totp', 'cvv', 'cvc', 'pan', 'pwd', 'pass', 'iban', 'jwt', 'bearer', 'csrf', 'xsrf', 'sid'];

/** Tells whether a value under this key must be redacted. */
export type IsDenied = (key: string) => boolean;

/** Keys are few and repeat; the answer for each is kept. Past this many the cache starts again, so that hostile keys cannot fill memory. */
const MAX_CACHED_KEYS = 2000;

/** No field has a longer name, in characters: what stands under such a key is denied unread. */
const MAX_KEY_LENGTH = 256;

/** Builds the deny rule. The answer depends on the key alone, never on the value. */
export function createDenyRule(options: RedactOptions = {}): IsDenied {
  const parts = [...DENIED_PARTS, ...(options.deny ?? []).map(bare)].filter((part) => part !== '');
  const words = new Set(DENIED_WORDS.flatMap((word) => [word, `${word}s`, `${word}es`]));
  const allowed = new Set(options.allow ?? []);
  let cache = new Map<string, boolean>();
  return (key) => {
    const known = cache.get(key);
    if (known !== undefined) return known;
    if (key.length > MAX_KEY_LENGTH) return true;
    const denied = !allowed.has(key) && isDenied(key);
    if (cache.size >= MAX_CACHED_KEYS) cache = new Map();
    cache.set(key, denied);
    return denied;
  };

  function isDenied(key: string): boolean {
    // Compatible forms of a letter, such as the full-width ones, are that letter.
    const plain = key.normalize('NFKC');
    const name = bare(plain);
    return words.has(name) || parts.some((part) => name.includes(part)) || wordsOf(plain).some((word) => words.has(word));
  }
}

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
