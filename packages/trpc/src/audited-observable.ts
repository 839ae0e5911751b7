import { endingOfCode, type Ending } from '@deedlog/core';
import { ABORTED, type StreamAudit } from './stream-audit.ts';

interface Observer {
  readonly next: (value: unknown) => void;
  readonly error: (cause: unknown) => void;
  readonly complete: () => void;
}

interface ObservableLike {
  subscribe(observer: Observer): { unsubscribe(): void };
}

/** The observable that a subscription of tRPC 11 may still return. */
export function isObservable(data: unknown): data is ObservableLike {
  return typeof data === 'object' && data !== null && typeof (data as Partial<ObservableLike>).subscribe === 'function';
}

/** The same observable, subscribed to within the intent; its end is the end of the intent, once. */
export function auditedObservable(source: ObservableLike, { intent, codeOf }: StreamAudit): ObservableLike {
  let ended = false;
  const end = (ending: Ending, then?: () => void): void => {
    if (ended) return then?.();
    ended = true;
    void intent.end(ending).then(then);
  };
  const subscribe = (observer: Observer): { unsubscribe(): void } => {
    const subscription = intent.run(() =>
      source.subscribe({
        next: (value) => observer.next(value),
        error: (cause) => end(endingOfCode(codeOf(cause)), () => observer.error(cause)),
        complete: () => end({ outcome: 'success' }, () => observer.complete()),
      }),
    );
    return {
      unsubscribe: () => {
        subscription.unsubscribe();
        end(ABORTED);
      },
    };
  };
  return Object.assign(Object.create(source) as ObservableLike, { subscribe });
}
