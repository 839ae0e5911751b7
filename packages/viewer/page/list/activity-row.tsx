import type { JSX } from 'preact';
import { memo } from './memo.ts';
import type { ActivityItem } from '@deedlog/core';
import type { Column } from './table-columns.tsx';

export interface ActivityRowProps {
  readonly item: ActivityItem;
  readonly index: number;
  readonly top: number;
  readonly columns: readonly Column[];
  /** The row that the Tab key reaches. */
  readonly active: boolean;
  readonly open: boolean;
  /** Came in while the reader was watching. */
  readonly fresh: boolean;
}

/** One activity in the table. Its links are reached with Tab from the active row only. */
function Row({ item, index, top, columns, active, open, fresh }: ActivityRowProps): JSX.Element {
  const tabIndex = active ? 0 : -1;
  return (
    <div
      role="row"
      class={`row ${item.outcome}${fresh ? ' fresh' : ''}`}
      tabIndex={tabIndex}
      data-index={index}
      data-id={item.id}
      aria-rowindex={index + 2}
      aria-selected={open}
      style={{ transform: `translateY(${top}px)` }}
    >
      {columns.map((column) => <div key={column.name} role="gridcell" class={`cell c-${column.name.startsWith('col.') ? 'own' : column.name}`}>{column.cell(item, tabIndex)}</div>)}
    </div>
  );
}

export const ActivityRow: (props: ActivityRowProps) => JSX.Element = memo(Row);
