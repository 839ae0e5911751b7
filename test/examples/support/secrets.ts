import { NEW_PASSWORD, SEED_PASSWORD } from 'clinic';
import { expect } from 'vitest';

/** What the day handles and nobody may read in the log: passwords right and wrong, tokens, hashes, names, diagnoses and hashed addresses. */
const SECRETS: readonly (string | RegExp)[] = [
  SEED_PASSWORD,
  NEW_PASSWORD,
  'hunter2-hunter2',
  'letmein-letmein',
  'mallory',
  /eyJ[\w-]+\./, // a JWT
  /[0-9a-f]{32}:[0-9a-f]{64}/, // a password's hash
  'Westenra',
  'Harker',
  'Sleepwalking',
  'zoe@clinic.example',
];

export function expectNoSecret(text: string): void {
  for (const secret of SECRETS) {
    if (typeof secret === 'string') expect(text).not.toContain(secret);
    else expect(text).not.toMatch(secret);
  }
}
