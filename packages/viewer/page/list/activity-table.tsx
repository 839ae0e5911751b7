import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { ActivityList } from '../wire/activity-list.ts';
import { bindKeys } from '../state/keyboard.ts';
import { change, openId } from '../state/route.ts';
import { ActivityRow } from './activity-row.tsx';
import type { Column } from './table-columns.tsx';
import { useMedia, useVirtualRows } from './virtual-rows.ts';

/** Heights of a row in pixels, as in style/table.css. */
const WIDE = 38;
const NARROW = 84;
/** Rows from the end at which the next page is fetched. */
const AHEAD = 80;

interface ActivityTableProps {
  readonly list: ActivityList;
  readonly columns: readonly Column[];
  /** Ids that came in live. */
  readonly fresh: Signal<ReadonlySet<string>>;
}

/** The listing as a table. Only rows near the window are in the document. */
export function ActivityTable({ list, columns, fresh }: ActivityTableProps): JSX.Element {
  const height = useMedia('(max-width: 44rem)') ? NARROW : WIDE;
  const items = list.items.value;
  const { box, first, end } = useVirtualRows(items.length, height);
  const active = useSignal(0);
  const wantsFocus = useRef(false);
  useEffect(() => {
    if (end >= items.length - AHEAD) void list.more();
  }, [end, items.length, list.state.value]);
  useEffect(() => {
    if (!wantsFocus.current) return;
    const row = box.current?.querySelector<HTMLElement>(`[data-index="${active.value}"]`);
    if (row == null) return;
    wantsFocus.current = false;
    row.focus({ preventScroll: true });
  });
  const moveTo = (index: number): void => {
    const to = Math.max(0, Math.min(index, list.items.value.length - 1));
    const item = list.items.value[to];
    if (item === undefined) return;
    active.value = to;
    wantsFocus.current = true;
    reveal(box.current, to * height, height);
    if (openId.value !== null) change({ open: item.id }, { replace: true });
  };
  const openActive = (): void => {
    const item = list.items.value[active.value];
    if (item !== undefined) change({ open: item.id });
  };
  useEffect(() => bindKeys({
    j: () => moveTo(active.value + 1),
    k: () => moveTo(active.value - 1),
    Enter: (event) => {
      if (event.target === document.body || isRow(event.target)) openActive();
    },
  }), [list, height]);
  const onKey = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(innerHeight / height) - 4);
    const by: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -active.value, End: list.items.value.length };
    const step = by[event.key];
    if (step === undefined || !isRow(event.target)) return;
    event.preventDefault();
    moveTo(active.value + step);
  };
  const onClick = ({ target }: MouseEvent): void => {
    const row = (target as Element).closest<HTMLElement>('[data-index]');
    if (row === null || getSelection()?.isCollapsed === false) return;
    active.value = Number(row.dataset['index']);
    openActive();
  };
  return (
    <div class="table" role="grid" aria-label="Activities" aria-rowcount={list.state.value === 'end' ? items.length + 1 : -1} onKeyDown={onKey} style={{ '--tracks': columns.map(({ track }) => track).join(' ') }}>
      <div class="row head" role="row" aria-rowindex={1}>
        {columns.map(({ name, title }) => <div key={name} role="columnheader" class="cell">{title}</div>)}
      </div>
      <div class="rows" role="rowgroup" ref={box} style={{ height: `${items.length * height}px` }} onClick={onClick}>
        {items.slice(first, end).map((item, offset) => (
          <ActivityRow
            key={item.id}
            item={item}
            index={first + offset}
            top={(first + offset) * height}
            columns={columns}
            active={first + offset === active.value}
            open={item.id === openId.value}
            fresh={fresh.value.has(item.id)}
          />
        ))}
      </div>
    </div>
  );
}

function isRow(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('[role=row]');
}

/** Scrolls just so far that the row is seen, below the sticky head. */
function reveal(box: HTMLElement | null, top: number, height: number): void {
  if (box === null) return;
  const at = box.getBoundingClientRect().top + top;
  const above = 110;
  if (at < above) scrollBy(0, at - above);
  else if (at + height > innerHeight - 24) scrollBy(0, at + height - innerHeight + 24);
}
