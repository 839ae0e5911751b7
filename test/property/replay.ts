import { expect } from 'vitest';
import type { EffectRow } from './check-log.ts';

type Fields = Record<string, unknown>;
type Rows = Record<string, Fields>;

/** What stands for a value that was never loaded. */
const UNKNOWN = '***UNKNOWN***';

/** Applies every effect to empty tables, and demands that each old value that it knows is the one that stood there. */
export function replay(effects: readonly EffectRow[]): Rows {
  const rows: Rows = {};
  for (const { row, op, changes } of effects) {
    const state = op === 'I' ? {} : rows[row];
    expect(state, `${op} of ${row}`).toBeDefined();
    if (op === 'I') expect(rows[row], `second creation of ${row}`).toBeUndefined();
    for (const [name, [old, now]] of Object.entries(changes)) {
      if (old !== UNKNOWN) expect({ [name]: sorted(old) }, `old value in ${row}`).toEqual({ [name]: sorted(state?.[name] ?? emptyOf(old)) });
      if (state !== undefined) state[name] = now;
    }
    if (op === 'D') delete rows[row];
    else rows[row] = state ?? {};
  }
  return rows;
}

function emptyOf(old: unknown): unknown {
  return Array.isArray(old) ? [] : null;
}

/** What need not be told is left out: null, and a list of others that is empty. */
export function told(rows: Rows): Rows {
  return Object.fromEntries(Object.entries(rows).map(([row, state]) => [row, known(state)]));
}

function known(state: Fields): Fields {
  const filled = Object.entries(state).filter(([name, value]) => value !== null && !(name === 'marks' && Array.isArray(value) && value.length === 0));
  return Object.fromEntries(filled.map(([name, value]) => [name, name === 'marks' ? sorted(value) : value]));
}

/** The keys of a collection have no order. */
function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.toSorted() : value;
}
