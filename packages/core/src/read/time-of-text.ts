/** RFC 3339, or a date alone, which is its midnight in UTC. */
const TIME = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/** A time of a filter as doors take it in text: `2026-11-21T10:00:00Z` or `2026-11-21`. Undefined: it is none. */
export function timeOfText(text: string): Date | undefined {
  const date = TIME.exec(text)?.[1];
  // `new Date` makes of February 30 a day in March.
  if (date === undefined || !isDay(date)) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function isDay(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}
