import Table from 'cli-table3';
import stringWidth from 'string-width';
import type { Colors } from './terminal.ts';
import { visibleText } from './visible-text.ts';

/** A column of a table of things. */
export interface TableColumn<Row> {
  readonly head: string;
  /** As it is stored: the table makes it safe to print. */
  readonly cell: (row: Row) => string;
  readonly color?: (text: string, colors: Colors) => string;
  /** Its width, in columns; it is never cut, because half a time or an id is worth nothing. */
  readonly whole?: number;
}

export interface TableOptions {
  readonly width: number;
  readonly colors: Colors;
  /** Default true. */
  readonly header?: boolean;
  /** Take the whole width whatever the cells hold, so that tables under each other align. Default false. */
  readonly fill?: boolean;
}

const GAP = '  ';
/** A column is not made narrower than this to make room for others. */
const NARROWEST = 8;
/** No terminal is wider; longer text is cut before it is measured. */
const LONGEST = 1000;

/** Aligned columns without lines, as wide as the terminal at most; a cell that does not fit ends with an ellipsis. */
export function renderTable<Row>(columns: readonly TableColumn<Row>[], rows: readonly Row[], { width, colors, header = true, fill = false }: TableOptions): string {
  const cells = rows.map((row) => columns.map(({ cell }) => visibleText(cell(row).slice(0, LONGEST)).slice(0, LONGEST)));
  const heads = columns.map(({ head }) => visibleText(head));
  const wholes = columns.map(({ whole }) => whole);
  const natural = fill ? columns.map(() => width) : columnWidths(header ? [heads, ...cells] : cells, columns.length);
  const widths = fitted(natural, wholes, width);
  const table = new Table({ colWidths: widths, chars: PLAIN, style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 } });
  if (header) table.push(heads.map((head) => colors.bold(head)));
  table.push(...cells.map((row) => row.map((cell, index) => columns[index]?.color?.(cell, colors) ?? cell)));
  return table.length === 0 ? '' : `${table.toString().split('\n').map((line) => line.trimEnd()).join('\n')}\n`;
}

const PLAIN = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: GAP,
} as const;

function columnWidths(rows: readonly (readonly string[])[], count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.max(1, ...rows.map((row) => stringWidth(row[index] ?? ''))));
}

/** The widest of those that may be cut gives way first. */
function fitted(widths: readonly number[], wholes: readonly (number | undefined)[], width: number): number[] {
  const fit = widths.map((one, index) => wholes[index] ?? one);
  const room = width - GAP.length * (widths.length - 1);
  const cuttable = (): number => Math.max(...fit.map((one, index) => (wholes[index] === undefined ? one : 0)));
  while (fit.reduce((sum, one) => sum + one, 0) > room && cuttable() > NARROWEST) {
    const widest = cuttable();
    fit[fit.findLastIndex((one, index) => one === widest && wholes[index] === undefined)] = widest - 1;
  }
  return fit;
}
