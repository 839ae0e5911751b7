import type { JSX } from 'preact';
import type { ActivityItem, ModelItem } from '@deedlog/core';
import { changedNames } from '../detail/changed-fields.tsx';
import { ActorChain } from '../show/actor-name.tsx';
import { Moment } from '../show/moment.tsx';
import { ObjectName } from '../show/object-name.tsx';
import { OutcomeMark } from '../show/outcome-mark.tsx';
import { PlainText } from '../show/plain-text.tsx';
import { StoredValue } from '../show/stored-value.tsx';

/** A column of the table. */
export interface Column {
  /** As the address and the preferences name it; own columns of a model are `col.<name>`. */
  readonly name: string;
  readonly title: string;
  /** Its share of the width, as a track of a CSS grid. */
  readonly track: string;
  cell(item: ActivityItem, tabIndex: number): JSX.Element | null;
}

const text = (name: string, title: string, read: (item: ActivityItem) => string | null | undefined): Column => ({
  name,
  title,
  track: 'minmax(4rem, 1fr)',
  cell: (item) => {
    const value = read(item);
    return value == null || value === '' ? null : <PlainText text={value} limit={160} />;
  },
});

const BASE: readonly Column[] = [
  { name: 'time', title: 'Time', track: '10.5rem', cell: ({ timestamp }) => <Moment iso={timestamp} /> },
  { name: 'outcome', title: 'Outcome', track: '6.6rem', cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
  { name: 'actor', title: 'Actor', track: 'minmax(6rem, 1.4fr)', cell: (item, tabIndex) => <ActorChain item={item} tabIndex={tabIndex} /> },
  { name: 'action', title: 'Action', track: 'minmax(6rem, 1.2fr)', cell: ({ action }) => <code><PlainText text={action} limit={100} /></code> },
  {
    name: 'object', title: 'Object', track: 'minmax(6rem, 1.4fr)',
    cell: ({ objectType, objectId, objectLabel }, tabIndex) => <ObjectName type={objectType} id={objectId} label={objectLabel} tabIndex={tabIndex} />,
  },
  { ...text('message', 'Message', ({ message, reason }) => message ?? reason), track: 'minmax(6rem, 2fr)' },
  { ...text('changes', 'Changes', (item) => changedNames(item).slice(0, 8).join(', ')), track: 'minmax(5rem, 1.2fr)' },
  text('reason', 'Reason', ({ reason }) => reason),
  text('code', 'Code', ({ outcomeCode }) => outcomeCode),
  text('tool', 'Tool', ({ tool }) => tool),
  text('tenant', 'Tenant', ({ tenant }) => tenant),
  text('observer', 'Observer', ({ observer }) => observer),
  text('source', 'Source', ({ source }) => source),
  text('ip', 'Address', ({ context }) => context.ip),
  text('request', 'Request', ({ context }) => context.requestId),
  text('path', 'Path', ({ context }) => context.path),
  text('model', 'Model', ({ model }) => model),
  text('id', 'Id', ({ id }) => id),
];

const DEFAULT_NAMES = ['time', 'outcome', 'actor', 'action', 'object', 'message', 'changes'];

/** Every column that the table of a model can have. */
export function columnsOf(model: ModelItem | undefined): readonly Column[] {
  const own = (model?.columns ?? []).map(({ name }): Column => ({
    name: `col.${name}`,
    title: name,
    track: 'minmax(4rem, 1fr)',
    cell: ({ columns }) => (columns?.[name] == null ? null : <span class="clip"><StoredValue value={columns[name]} /></span>),
  }));
  return [...BASE, ...own];
}

/** The columns to show: those of the address, else those this reader chose for the model, else the usual ones and the model's own. */
export function chosenColumns(all: readonly Column[], inAddress: string | null, preferred: readonly string[] | undefined): readonly Column[] {
  const usual = [...DEFAULT_NAMES, ...all.filter(({ name }) => name.startsWith('col.')).map(({ name }) => name)];
  const names = inAddress?.split(',') ?? preferred ?? usual;
  const chosen = all.filter(({ name }) => names.includes(name));
  return chosen.length > 0 ? chosen : all.filter(({ name }) => usual.includes(name));
}
