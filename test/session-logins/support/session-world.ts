import { memoryStore } from '@deedlog/core';
import type { Activity, FailurePolicy, Store } from '@deedlog/core';
import { secretCanary } from '@deedlog/testkit';
import type { SecretCanary } from '@deedlog/testkit';
import { Accounts } from 'session-logins';
import type { ExampleSettings, RunningServer } from 'session-logins';
import { expect } from 'vitest';
import { CookieBrowser } from './cookie-browser.ts';
import { valuesIn } from './values-in-records.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export type Credentials = Pick<Person, 'email' | 'password'>;

/** One of the examples, and how it is spoken to. */
export interface Library {
  readonly name: string;
  start(settings: ExampleSettings & { readonly accounts: Accounts }): Promise<RunningServer>;
  /** Makes the account of a person; resolves to its id. */
  addAccount(person: Omit<Person, 'id'>, parts: { readonly accounts: Accounts; readonly browser: CookieBrowser }): Promise<string>;
  /** Whether it let them in. */
  signIn(browser: CookieBrowser, credentials: Credentials): Promise<boolean>;
  signOut(browser: CookieBrowser): Promise<void>;
  signOutElsewhere(browser: CookieBrowser): Promise<Response>;
}

export interface WorldOptions {
  readonly store?: Store;
  readonly onFailure?: FailurePolicy;
  /** Default: none but those of {@link SessionWorld.person}. */
  readonly accounts?: Accounts;
}

/** A running example, the people that use it, and what it recorded. At its end no record may hold a password, a key or a part of a cookie. */
export class SessionWorld implements AsyncDisposable {
  readonly canary: SecretCanary = secretCanary();
  readonly problems: Error[] = [];
  readonly accounts: Accounts;
  readonly #library: Library;
  readonly #store = memoryStore();
  readonly #browsers: CookieBrowser[] = [];
  #server: RunningServer | undefined;
  #taken = 0;

  private constructor(library: Library, accounts: Accounts) {
    this.#library = library;
    this.accounts = accounts;
  }

  static async of(library: Library, { store, onFailure, accounts = new Accounts() }: WorldOptions = {}): Promise<SessionWorld> {
    const world = new SessionWorld(library, accounts);
    const log = { store: world.canary.watch(store ?? world.#store), onProblem: (problem: Error) => void world.problems.push(problem), ...(onFailure && { onFailure }) };
    const secret = world.canary.secret('signing-key');
    world.#server = await library.start({ log, port: 0, secret, accounts });
    return world;
  }

  browser(): CookieBrowser {
    const browser = new CookieBrowser(this.#server?.url ?? '');
    this.#browsers.push(browser);
    return browser;
  }

  /** Somebody with an account. What is recorded of how they got it is not told. */
  async person(name: string): Promise<Person> {
    const person = { name, email: `${name.toLowerCase()}@example.com`, password: this.canary.secret(`password-${name}`) };
    const id = await this.#library.addAccount(person, { accounts: this.accounts, browser: this.browser() });
    this.recorded();
    return { ...person, id };
  }

  async signedIn(person: Person): Promise<CookieBrowser> {
    const browser = this.browser();
    expect(await this.#library.signIn(browser, person)).toBe(true);
    return browser;
  }

  /** Since the last call. */
  recorded(): readonly Activity[] {
    const since = this.#store.activities.slice(this.#taken);
    this.#taken = this.#store.activities.length;
    return since;
  }

  get cookieValues(): ReadonlySet<string> {
    return new Set(this.#browsers.flatMap(({ seen }) => [...seen]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
    this.canary.assertClean();
    this.canary.assertClean(this.#store.activities);
    expect(valuesIn(this.#store.activities, this.cookieValues)).toEqual([]);
  }
}

/** An activity without what differs from run to run, and without where it came from. */
export function told({ action, outcome, outcomeCode, actorKind, actorId, actorLabel, targetType, targetId, reason, input, metadata, context }: Activity): object {
  return {
    act: [action, outcome, ...(outcomeCode === null ? [] : [outcomeCode])].join(' '),
    actor: [actorKind, ...(actorId === null ? [] : [actorId]), ...(actorLabel === null ? [] : [actorLabel])].join(' '),
    target: targetType === null ? null : `${targetType} ${targetId}`,
    session: context.sessionId ?? null,
    ...(reason === null ? {} : { reason }),
    ...(input === null ? {} : { input }),
    metadata,
  };
}
