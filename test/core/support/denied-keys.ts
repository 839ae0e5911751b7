import fc from 'fast-check';

const parts = ['password', 'passwd', 'passphrase', 'secret', 'token', 'authorization', 'cookie', 'apiKey', 'privateKey', 'accessKey', 'credential', 'creditCard', 'cardNumber', 'signature', 'sessionKey'];
const words = ['card', 'ssn', 'pin', 'otp', 'totp', 'cvv', 'cvc', 'pan', 'pwd', 'pass', 'iban', 'jwt', 'bearer', 'csrf', 'sid'];

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const split = (name: string): string[] => name.replace(/([A-Z])/g, ' $1').toLowerCase().split(' ');

const spellings: readonly ((words: readonly string[]) => string)[] = [
  (all) => all.map((word, index) => (index === 0 ? word : capital(word))).join(''),
  (all) => all.map(capital).join(''),
  (all) => all.join('_'),
  (all) => all.join('_').toUpperCase(),
  (all) => all.join('-'),
  (all) => all.map(capital).join('-'),
  (all) => all.join(' '),
  (all) => all.join('.'),
];

/** Key names that must never keep their value, in the ways that people write them. */
export const deniedKey: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...parts, ...words), fc.constantFrom('', 'user', 'x', 'client'), fc.constantFrom('', 'value', 'old', 'hash'), fc.constantFrom(...spellings))
  .map(([name, before, after, spell]) => spell([before, ...split(name), after].filter((word) => word !== '')));
