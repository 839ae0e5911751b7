import { constants } from 'node:os';
import { within } from './within.ts';

/** What has to be closed before a process ends: a deedlog, a sink, ready-made logs. */
export interface Closeable {
  close(): Promise<void>;
  /** Writes at once what it holds; called where nothing can be awaited. */
  flushSync?(): void;
}

/** Signals that end a process unless it listens to them. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

type EndingSignal = (typeof SIGNALS)[number];

/** Milliseconds from the signal to the end, whatever is still open: less than the ten seconds that supervisors commonly leave a process. */
const CLOSE_DEADLINE = 8_000;

/** Tells listeners of this function from those of the application, also where two copies of this package are loaded. */
const MARK: unique symbol = Symbol.for('@deedlog/pino closeOnExit');

interface Mark {
  /** A signal came, and this one will see to the end of the process. */
  ending: boolean;
}

/**
 * Closes one after the other, in the order given, when the process ends: name what writes before what it writes to, so a deedlog before
 * its logs. Returns a function that takes this back.
 * - The event loop has nothing left: all are closed, and the process ends with its exit code.
 * - `process.exit`, or an error that nobody caught: what is not closed is flushed by `flushSync`. No code and no error is changed.
 * - SIGTERM, SIGINT, SIGHUP: if nobody else listens, all are closed within 8 seconds and the process ends by that signal, at once if a
 *   second one comes. A listener of the application is left to end the process in its own time: requests that it
 *   still answers are recorded, and the end is one of the two above.
 */
export function closeOnExit(...closeables: readonly Closeable[]): () => void {
  const hooks = new ExitHooks(closeables);
  return () => hooks.remove();
}

class ExitHooks {
  readonly #open: Set<Closeable>;
  readonly #mark: Mark = { ending: false };
  #closing: Promise<void> | undefined;
  readonly #onBeforeExit = (): void => void this.#close();
  readonly #onExit = (): void => this.#flush();
  readonly #onSignal = Object.assign((signal: NodeJS.Signals): void => this.#signalled(signal as EndingSignal), { [MARK]: this.#mark });

  constructor(closeables: readonly Closeable[]) {
    this.#open = new Set(closeables);
    process.on('beforeExit', this.#onBeforeExit);
    // First and last: a listener before ours that calls `process.exit` is the last one, and those after it may still log.
    process.prependListener('exit', this.#onExit);
    process.on('exit', this.#onExit);
    // First, because a listener that is there once is not seen any more after its turn.
    for (const signal of SIGNALS) process.prependListener(signal, this.#onSignal);
  }

  remove(): void {
    process.off('beforeExit', this.#onBeforeExit);
    process.off('exit', this.#onExit);
    process.off('exit', this.#onExit);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  #signalled(signal: EndingSignal): void {
    if (isHandledElsewhere(signal)) return;
    if (this.#mark.ending) return this.#end(signal);
    this.#mark.ending = true;
    void this.#closeAndEnd(signal);
  }

  async #closeAndEnd(signal: EndingSignal): Promise<void> {
    await within(CLOSE_DEADLINE, this.#close());
    if (this.#mark.ending) this.#end(signal);
  }

  /** With nobody listening any more the signal has its default effect, so that who sent it sees what it expects. */
  #end(signal: EndingSignal): void {
    this.#mark.ending = false;
    this.#flush();
    this.remove();
    if (marksOf(signal).some(({ ending }) => ending)) return;
    process.kill(process.pid, signal);
    // The kernel protects the first process of a container from default effects.
    if (process.pid === 1) process.exit(128 + constants.signals[signal]);
  }

  /** Never rejects. */
  #close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (const closeable of this.#open) {
      try {
        await closeable.close();
        this.#open.delete(closeable);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }

  #flush(): void {
    for (const closeable of this.#open) {
      try {
        closeable.flushSync?.();
      } catch {
        // Thrown on it would change the exit code, and a warning would not be written any more.
      }
    }
  }
}

function marksOf(signal: EndingSignal): readonly Mark[] {
  return process.listeners(signal).flatMap((listener) => (listener as { readonly [MARK]?: Mark })[MARK] ?? []);
}

/** Whether somebody other than this function, and signal-exit, listens. */
function isHandledElsewhere(signal: EndingSignal): boolean {
  return process.listenerCount(signal) > marksOf(signal).length + signalExitCount();
}

/**
 * How many listeners the library signal-exit has at each signal (versions 3 and 4, by their own account). It leaves the end of the process to
 * any other listener, as we do: each would wait for the other. Alone with us gone, it ends the process by the signal.
 */
function signalExitCount(): number {
  const { __signal_exit_emitter__: third } = process as { readonly __signal_exit_emitter__?: { readonly count?: number } };
  const { [Symbol.for('signal-exit emitter')]: fourth } = globalThis as { readonly [name: symbol]: { readonly count?: number } | undefined };
  return (third?.count ?? 0) + (fourth?.count ?? 0);
}
