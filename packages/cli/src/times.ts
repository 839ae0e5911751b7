import { cliError } from './errors.ts';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(\d{1,9})([smhdw])$/;
/** A date, or a date and a time; without a zone it is UTC, as everything that is printed. */
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:?\d\d)?)?$/;

/** A duration as `30m`, `2h`, `7d`, in milliseconds. Throws `CLI_ARGUMENT_INVALID`. */
export function durationOf(text: string): number {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  if (amount === undefined || unit === undefined) throw cliError('CLI_ARGUMENT_INVALID', `"${text}" is no duration such as 30m, 2h or 7d`);
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}

/** An ISO 8601 time, or how long ago: `2026-11-21`, `2026-11-21T14:00`, `2h`. Throws `CLI_ARGUMENT_INVALID`. */
export function timeOf(text: string): Date {
  if (DURATION.test(text)) return new Date(Date.now() - durationOf(text));
  const [, date, time = '00:00', zone = 'Z'] = ISO.exec(text) ?? [];
  const at = new Date(`${date}T${time}${zone}`);
  // JavaScript takes 31 February for 3 March.
  const exists = !Number.isNaN(at.getTime()) && new Date(`${date}T00:00Z`).toISOString().startsWith(date ?? '-');
  if (!exists) throw cliError('CLI_ARGUMENT_INVALID', `"${text}" is no time such as 2026-11-21, 2026-11-21T14:00Z or 2h (ago)`);
  return at;
}

/** `2026-11-21 14:06:18`, in UTC. */
export function shownTime(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
