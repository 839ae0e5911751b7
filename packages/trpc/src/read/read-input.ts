import { timeOfText } from '@deedlog/core';
import type { ActivityFilter, ActivityQuery, ChartQuery, Cursor, ObjectReference, StandardSchemaV1 } from '@deedlog/core';

/** A time, also as the text that JSON makes of it: without a transformer tRPC carries no Date. */
type Timed<Filter> = Omit<Filter, 'from' | 'until'> & { readonly from?: Date | string | undefined; readonly until?: Date | string | undefined };

export type FilterInput = Timed<ActivityFilter>;
export type QueryInput = Timed<ActivityQuery>;
export type ChartInput = Timed<ChartQuery>;
/** An object or a person by id, and a query. */
export type IdInput = QueryInput & { readonly id: string };
export type ObjectInput = QueryInput & ObjectReference;
export type TailInput = { readonly after?: Cursor | undefined; readonly filter?: FilterInput | undefined };

/** What a procedure gets of an input: its times are Dates. The reader checks the rest. */
export type Checked<Input> = Omit<Input, 'from' | 'until' | 'filter'> & Pick<ActivityFilter, 'from' | 'until'> & { readonly filter?: ActivityFilter | undefined };

/** A schema of an input. `optional`: it may be left out. */
export function readInput<Input>({ optional }: { readonly optional: boolean }): StandardSchemaV1<Input, Checked<Input>> {
  return {
    '~standard': {
      version: 1,
      vendor: 'deedlog',
      validate(value) {
        const given = value === undefined && optional ? {} : value;
        if (!isBag(given)) return { issues: [{ message: 'The input is no object.' }] };
        const { filter } = given;
        if (filter !== undefined && !isBag(filter)) return { issues: [{ message: 'It is no object.', path: ['filter'] }] };
        const wrong = wrongTime(given) ?? (filter === undefined ? undefined : wrongTime(filter));
        if (wrong !== undefined) return { issues: [{ message: 'It is no time like 2026-11-21T10:00:00Z.', path: [wrong] }] };
        return { value: { ...withTimes(given), ...(filter === undefined ? {} : { filter: withTimes(filter) }) } as unknown as Checked<Input> };
      },
    },
  };
}

type Bag = Readonly<Record<string, unknown>>;

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TIMES = ['from', 'until'] as const;

function wrongTime(given: Bag): string | undefined {
  return TIMES.find((name) => typeof given[name] === 'string' && timeOfText(given[name]) === undefined);
}

function withTimes(given: Bag): Bag {
  const times = TIMES.flatMap((name) => (typeof given[name] === 'string' ? [[name, timeOfText(given[name])] as const] : []));
  return { ...given, ...Object.fromEntries(times) };
}
