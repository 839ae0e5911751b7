import { Readable } from 'node:stream';

/** What the test application does, apart from the framework that serves it. */
export interface Application {
  /** Ends the answers of `/slow` and the second half of those of `/stream`. */
  readonly gate: Promise<void>;
  readonly open: () => void;
}

export function application(): Application {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { gate: promise, open: resolve };
}

export const COOKIES: readonly string[] = ['sid=c00kie1; HttpOnly', 'theme=dark'];

/** The error of `/fails`; what is secret in it must not be told. */
export function failure(): Error {
  return Object.assign(new Error('database at postgres://app:s3cr3t@db/orders is gone'), { code: 'DB_GONE' });
}

/** What `/orders` answers to a POST. */
export function createdOrder({ title }: { readonly title?: unknown }): { readonly id: number; readonly title: unknown; readonly token: string; readonly note: string } {
  return { id: 7, title, token: 's3cr3t', note: 's3cr3t' };
}

/** A stream of two lines, the second of which waits for the gate. */
export function twoLines({ gate }: Application): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from('one\n');
      await gate;
      yield Buffer.from('two\n');
    })(),
  );
}

/** Breaks after the first line. */
export function brokenLines(): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from('one\n');
      await Promise.resolve();
      throw failure();
    })(),
  );
}
