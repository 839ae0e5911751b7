import { DEFAULT_MODEL } from '@deedlog/core';
import type { Activity } from '@deedlog/core';

/** One line of a segment: an activity as JSON, its dates as ISO texts (exact: a Date has milliseconds), and a line feed. */
export function toLine(activity: Activity): string {
  // A wrong date would be written as null and be unreadable later; toISOString refuses it now.
  const dates = { occurredAt: activity.occurredAt.toISOString(), recordedAt: activity.recordedAt.toISOString() };
  return `${JSON.stringify({ ...activity, ...dates })}\n`;
}

/** The activity of a line; undefined where the bytes are none. */
export function fromLine(bytes: Uint8Array): Activity | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, action, occurredAt, recordedAt } = value as Partial<Record<keyof Activity, unknown>>;
    const dates = { occurredAt: toDate(occurredAt), recordedAt: toDate(recordedAt) };
    if (typeof id !== 'string' || typeof action !== 'string' || dates.occurredAt === undefined || dates.recordedAt === undefined) return undefined;
    // A line of an older version has no model.
    return { model: DEFAULT_MODEL, columns: null, ...(value as Omit<Activity, 'model' | 'columns'>), ...(dates as Pick<Activity, keyof typeof dates>) };
  } catch {
    return undefined;
  }
}

function toDate(text: unknown): Date | undefined {
  if (typeof text !== 'string') return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
