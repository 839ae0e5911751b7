import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** An account of the application itself: Auth.js and Passport bring none. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** May not sign in, although the password is right. */
  readonly locked: boolean;
  city: string;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** What a password proves. Who fails is told apart for the log only: whoever tries is never told. */
export type Verdict =
  | { readonly account: Account; readonly refused?: undefined }
  | { readonly account: Account; readonly refused: 'bad-password' | 'locked' }
  | { readonly account?: undefined; readonly refused: 'unknown-account' };

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const KEY_BYTES = 32;
const NO_SALT = Buffer.alloc(16);
const NO_KEY = Buffer.alloc(KEY_BYTES);

interface Row {
  readonly account: Account;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** The accounts, in memory. */
export class Accounts {
  readonly #byEmail = new Map<string, Row>();

  async add({ email, password, name, locked = false }: Credentials & { readonly name: string; readonly locked?: boolean }): Promise<Account> {
    const salt = randomBytes(NO_SALT.length);
    const account: Account = { id: randomUUID(), name, email, locked, city: '' };
    this.#byEmail.set(email.toLowerCase(), { account, salt, key: await derive(password, salt, KEY_BYTES) });
    return account;
  }

  find(id: string): Account | undefined {
    return [...this.#byEmail.values()].find(({ account }) => account.id === id)?.account;
  }

  /** Takes as long for an account that does not exist as for one that does. */
  async verify({ email, password }: Credentials): Promise<Verdict> {
    const { account, salt = NO_SALT, key = NO_KEY } = this.#byEmail.get(email.toLowerCase()) ?? {};
    const right = timingSafeEqual(await derive(password, salt, KEY_BYTES), key);
    if (account === undefined) return { refused: 'unknown-account' };
    if (!right) return { account, refused: 'bad-password' };
    return account.locked ? { account, refused: 'locked' } : { account };
  }
}
