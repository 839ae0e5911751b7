import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { CallLog } from './call-log.ts';

/** Listens to diagnostics channels by name. What a subscriber throws would end the process, so nothing is. Returns what ends it. */
export function subscribeAll<Message>(listeners: Readonly<Record<string, (message: Message) => void>>, log: CallLog): () => void {
  const guarded = Object.entries(listeners).map(([channel, listener]) => {
    return [channel, (message: unknown) => log.ask(channel, () => listener(message as Message), undefined)] as const;
  });
  for (const [channel, listener] of guarded) subscribe(channel, listener);
  return () => {
    for (const [channel, listener] of guarded) unsubscribe(channel, listener);
  };
}
