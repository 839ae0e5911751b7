import type { Receipt } from '../capture/receipt.ts';
import { DATA_SUBJECT } from './data-subject.ts';
import { coreError } from '../errors.ts';
import type { LogView, Reader } from './reader.ts';

/** The action of a recorded read of the log. */
export const READ_ACTION = 'audit.read';

/** Of `createDeedlog`'s result, what recording reads takes. With a catalogue, {@link READ_ACTION} is one of its actions. */
interface ReadTracker {
  trackActivity(activity: never): Promise<Receipt>;
}

export interface RecordReadsOptions {
  readonly deedlog: ReadTracker;
  /** Types of objects that are people: reading the history of one goes into that person's own access log. Default: none. */
  readonly people?: readonly string[];
}

type Read = 'list' | 'get' | 'history' | 'actor' | 'access' | 'chart' | 'tail' | 'findings';

interface ReadFacts {
  readonly read: Read;
  readonly object?: { readonly type: string; readonly id: string };
  readonly person?: boolean;
  readonly query?: object | undefined;
}

/**
 * The same reader, but each read is recorded as an activity `audit.read` of the policy's `reader` before its answer is given out: what was
 * not recorded is not read. A tail is recorded where it begins. Throws `READ_DENIED` for a policy without a reader.
 */
export function recordReads(reader: Reader, { deedlog, people = [] }: RecordReadsOptions): Reader {
  return {
    as(policy) {
      const view = reader.as(policy);
      const actor = policy?.reader;
      if (actor === undefined) throw coreError('READ_DENIED', 'reads are recorded, and the policy does not name its reader');
      const record = async ({ read, object, person = false, query }: ReadFacts): Promise<void> => {
        const { after: _after, before: _before, ...filters } = (query ?? {}) as Record<string, unknown>;
        const activity = {
          action: READ_ACTION,
          actor,
          ...(object === undefined ? {} : { target: object }),
          ...(object !== undefined && person ? { related: [{ role: DATA_SUBJECT, ...object }] } : {}),
          metadata: { read, ...filters },
        };
        // A catalogue narrows what its deedlog takes; that it lacks the action is refused when it is tracked.
        const { status, error } = await deedlog.trackActivity(activity as never);
        if (status === 'lost') throw coreError('READ_DENIED', 'the read could not be recorded', error);
      };
      return recordedView(view, record, (type) => people.includes(type));
    },
  };
}

function recordedView(view: LogView, record: (facts: ReadFacts) => Promise<void>, isPerson: (type: string) => boolean): LogView {
  /** The answer is made first: a query that is refused, and read nothing, leaves no record. */
  const after = async <Answer>(answer: Promise<Answer>, facts: ReadFacts): Promise<Answer> => {
    const found = await answer;
    await record(facts);
    return found;
  };
  return {
    list: (query) => after(view.list(query), { read: 'list', query }),
    get: (id) => after(view.get(id), { read: 'get', query: { id } }),
    history: (object, query) => after(view.history(object, query), { read: 'history', object, person: isPerson(object.type), query }),
    histories: async (objects, query) => {
      const pages = await view.histories(objects, query);
      for (const object of objects) await record({ read: 'history', object, person: isPerson(object.type), query });
      return pages;
    },
    actor: (id, query) => after(view.actor(id, query), { read: 'actor', object: { type: 'Actor', id }, query }),
    access: (id, query) => after(view.access(id, query), { read: 'access', object: { type: 'Person', id }, person: true, query }),
    chart: (query) => after(view.chart(query), { read: 'chart', query }),
    tail: (cursor, filter) => (cursor === undefined ? after(view.tail(cursor, filter), { read: 'tail', query: filter }) : view.tail(cursor, filter)),
    models: () => view.models(),
    findings: () => after(view.findings(), { read: 'findings' }),
  };
}
