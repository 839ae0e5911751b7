import { endingOfCode } from '@deedlog/core';
import type { Intent } from '@deedlog/core';
import { codeOf } from './code-of.ts';
import { ABORTED, StreamEnd } from './stream-end.ts';

interface Observer {
  readonly next?: (value: unknown) => void;
  readonly error?: (cause: unknown) => void;
  readonly complete?: () => void;
}

interface ObservableLike {
  subscribe(observer: Observer): { unsubscribe(): void };
}

/** The observable that a subscription of tRPC 11 may still return. */
export function isObservable(data: unknown): data is ObservableLike {
  return typeof data === 'object' && data !== null && typeof (data as Partial<ObservableLike>).subscribe === 'function';
}

/** The same observable, subscribed to within the intent; its end is the end of the intent. */
export function auditedObservable(source: ObservableLike, intent: Intent): ObservableLike {
  const stream = new StreamEnd(intent);
  const subscribe = (observer: Observer): { unsubscribe(): void } => {
    const subscription = intent.run(() =>
      source.subscribe({
        next: (value) => observer.next?.(value),
        error: (cause) => void stream.end(endingOfCode(codeOf(cause))).then(() => observer.error?.(cause)),
        complete: () => void stream.end({ outcome: 'success' }).then(() => observer.complete?.()),
      }),
    );
    return {
      unsubscribe: () => {
        subscription.unsubscribe();
        void stream.end(ABORTED);
      },
    };
  };
  const audited = Object.assign(Object.create(source) as ObservableLike, { subscribe });
  stream.watch(audited);
  return audited;
}
