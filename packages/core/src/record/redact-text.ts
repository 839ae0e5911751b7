import { createDenyRule, REDACTED } from './redact.ts';

/** Scheme and value; `basic` is also a word, so what follows must look encoded. */
const SCHEME = /(?<![\w-])(bearer|basic)\s+([\w+/=.~-]{6,})/gi;
const ENCODED = /[0-9=+/]|[a-z][A-Z]/;

/** Headers whose whole line is secret, and the lines of a list in brackets, as `util.inspect` writes it. */
const SECRET_LINE = /((?:set-)?cookie2?|authorization)(\\{0,3}["']?\s*[=:]\s*)(?:\[(?:[^\]'"]|'[^']*'?|"[^"]*"?)*\]?[^\r\n]*|[^\r\n]+)/gi;

/** Parts of names, as core's deny rule for keys has them. */
const PARTS =
  'passw(?:or)?d|passphrase|passcode|pwd|secret|token|(?:api|private|access|session|encryption|account|auth|signing|master|subscription)[ _-]?key|card[_-]?number|credit[_-]?card|social[_-]?security|credential|signature|jwt|jsessionid|phpsessid|sessid';

/** Between a name and its value; percent-encoded as well, because a URL may stand in a parameter of another. */
const BETWEEN = '(?:\\\\{0,3}["\']?|%(?:25){0,4}2[27])\\s*(?:=>|:=|[=:](?![=>])|%(?:25){0,4}3[ad])\\s*';

/** A quoted value goes to its closing quote, past escaped ones. */
const VALUE = '(?!\\*\\*\\*REDACTED)(?:\\\\{1,3}"[^"]*"?|"[^"\\\\]*(?:\\\\[^][^"\\\\]*)*"?|\'[^\'\\\\]*(?:\\\\[^][^\'\\\\]*)*\'?|[^\\s"\'&;]+)';

/** `password=…`, `"apiKey": "…"`, `client_secret => …`, `pin: …`. */
const NAMED = new RegExp(`((?:(?:${PARTS})[\\w-]{0,24}|(?<![a-z])(?:pass|pin|ssn|cvv|cvc|t?otp|iban|csrf|xsrf|sid)(?![a-z]))${BETWEEN})${VALUE}`, 'gi');

/** `--password …` of a command. */
const FLAG = new RegExp(`((?<![\\w-])--[\\w-]{0,24}?(?:${PARTS})[\\w-]{0,24}[ \\t]+)(?!-)${VALUE}`, 'gi');

/** `<Password>…</Password>`, with or without prefix and attributes. */
const ELEMENT = new RegExp(`(<[\\w.:-]{0,40}?(?:${PARTS})[\\w-]{0,24}(?:\\s[^<>]{0,256})?>)(?!\\*\\*\\*REDACTED)[^<]+`, 'gi');

/** The values of a row: no pattern knows which of them is secret. */
const ROW = /(\bfailing row contains )\([^]*?(?:\)\.(?=[\r\n"'\\]|$)|$)/gi;

/** Values that an ORM has put into its SQL, one row or several; not where there are placeholders. */
const INSERTED = /(\binsert\s+into\s[^()]{1,300}\([^()]{1,4000}\)\s*values\s*)(?!\((?:\s|[$?:@]|\*\*\*REDACTED|default\b))(?:\((?:'(?:[^']|'')*'?|[^'()]|\([^()]*\)?)*\)?(?:,\s*)?)+/gi;

/** V8 quotes what it could not parse: a body, or a part of one without its keys. */
const NOT_JSON = /(\bUnexpected token )[^]{0,120}?( is not valid JSON)/g;

/**
 * Secrets inside free text, beside those of {@link SCHEME}. None of these patterns may try the same text from many places: a
 * look-behind or a bounded length keeps each linear, which a test measures.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [SECRET_LINE, `$1$2${REDACTED}`],
  // JSON Web Tokens (RFC 7519), encrypted ones (RFC 7516) included, of which a part may be empty.
  [/(?<![\w-])eyJ[\w-]{5,}(?:\.[\w-]*){1,4}/g, REDACTED],
  [NAMED, `$1${REDACTED}`],
  [FLAG, `$1${REDACTED}`],
  [ELEMENT, `$1${REDACTED}`],
  [/((?:[?&#;]|%(?:25){0,4}(?:2[36]|3[bf]))(?:code|key|sig|sid|session|auth)(?:=|%(?:25){0,4}3d))[^\s&#"'<>]+/gi, `$1${REDACTED}`],
  // The user-info part of a URL; after a colon that begins no port, also with characters that should have been encoded.
  [/((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@:[\]"'<>]{0,128}:(?!\d{1,5}(?:[\s/?#"'<>]|$))(?:[^\s@"'<>]{1,128}@){1,2}/gi, `$1${REDACTED}@`],
  [/((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#]*@/gi, `$1${REDACTED}@`],
  [/((?<![\w:/])\/\/)[^\s/?#@:"'<>]*:[^\s/?#"'<>]*@/g, `$1${REDACTED}@`],
  [/(\s(?:-u|--user|--proxy-user)[ =]["']?[^\s:"'*]{1,128}:)[^\s"']+/g, `$1${REDACTED}`],
  // Tokens that name their issuer.
  [/(?<![\w-])(?:gh[pousr]_|github_pat_|gl(?:pat|dt|rt|ft|soat)-|[sr]k_(?:live|test)_|sk-(?:proj|svcacct|ant|or)-|whsec_|xox[abeoprs]-|xapp-|npm_|pypi-|hf_|dop_v1_|shp(?:at|ca|pa|ss)_|ya29\.|SG\.|AKIA|ASIA|AIza)[\w-]{12,}(?:\.[\w-]+)*/g, REDACTED],
  [/-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|$)/g, REDACTED],
  [ROW, `$1${REDACTED}`],
  [INSERTED, `$1(${REDACTED})`],
  [NOT_JSON, '$1[…]$2'],
];

/** PostgreSQL's `Key (token)=(…) already exists`: columns and their values. */
const UNIQUE_KEY = /(\(([^()=]{1,300}(?:\([^()=]{0,100}\)[^()=]{0,100})?)\)=)\((?!\*\*\*REDACTED)[^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)?/g;

const isDenied = createDenyRule();

/** A text can only hold such a secret if it holds one of these; most texts are done after this one test. */
const SUSPICIOUS =
  /[=:]|%(?:25){0,4}3[ad]|bearer|basic|eyJ|gh[pousr]_|github_pat_|gl[a-z]{2,4}-|k_(?:live|test)_|sk-|whsec_|xox[abeoprs]-|xapp-|npm_|pypi-|hf_|dop_v1_|shp[a-z]{2}_|ya29\.|SG\.|AKIA|ASIA|AIza|-----BEGIN|--[a-z]|\s-u |<\w|failing row|insert into|not valid JSON/i;

/** Anything but printable ASCII, or what a secret can begin with. */
const NOTABLE = new RegExp(`[^ -~]|${SUSPICIOUS.source}`, 'i');

/** Whether a text is printable ASCII on one line and can hold no secret: most are, and one look tells. */
export function isPlain(text: string): boolean {
  return !NOTABLE.test(text);
}

/** Replaces secrets inside free text: what people paste into a reason, what URLs and error texts carry. */
export function redactText(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  let clean = text.replace(SCHEME, (found: string, scheme: string, value: string) =>
    scheme.toLowerCase() === 'bearer' || ENCODED.test(value) ? `${scheme} ${REDACTED}` : found,
  );
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  clean = clean.replace(UNIQUE_KEY, (found: string, before: string, columns: string) =>
    columns.split(/[^\w]+/).some((column) => isDenied(column)) ? `${before}(${REDACTED})` : found,
  );
  return redactWorded(clean);
}

/** A name that may be one by a word of it, which only the deny rule can tell: `userPin`, `card_no`. */
const WORD = /card|ssn|pin|otp|cvv|cvc|pan|pass|iban|bearer|csrf|xsrf|sid/i;
const NAME = new RegExp(`(?<![\\w.-])([a-z_][\\w-]{0,63})${BETWEEN}`, 'gi');
const NEXT_VALUE = new RegExp(VALUE, 'y');

/** What stands under a name that is denied as a key is no less secret in a text. */
function redactWorded(text: string): string {
  if (!WORD.test(text)) return text;
  let clean = '';
  let done = 0;
  for (const { index, 0: found, 1: name = '' } of text.matchAll(NAME)) {
    if (index < done || !WORD.test(name) || !isDenied(name)) continue;
    const start = index + found.length;
    NEXT_VALUE.lastIndex = start;
    const value = NEXT_VALUE.exec(text)?.[0];
    if (value === undefined) continue;
    clean += text.slice(done, start) + REDACTED;
    done = start + value.length;
  }
  return clean + text.slice(done);
}
