import type { Deedlog } from '@deedlog/core';
import type { EntityManager } from '@mikro-orm/core';
import { Dog, Mark, Owner, Seat } from './entities.ts';
import { at, here } from './stamps.ts';
import type { Kind, Lane, Step } from './steps.ts';

/** Thrown on purpose, so that a block rolls back. */
class Planned extends Error {}

interface Request {
  readonly deedlog: Deedlog;
  readonly lane: number;
  readonly next: () => number;
  readonly em: EntityManager;
  /** How many transactions are open around. */
  readonly depth: number;
}

interface Row {
  id: number;
  hall: string;
  row: number;
  count: number;
}

const ENTITIES = { owner: Owner, seat: Seat, dog: Dog };

/** Runs one request. Only planned failures and violated unique keys are swallowed. */
export async function runLane({ actor, steps }: Lane, request: Omit<Request, 'depth'>): Promise<void> {
  const body = (): Promise<void> => runSteps(steps, { ...request, depth: 0 });
  if (actor === undefined) return body();
  await at({ actor }, () => request.deedlog.run({ host: { actor } }, body));
}

async function runSteps(steps: readonly Step[], request: Request): Promise<void> {
  for (const step of steps) await runStep(step, request);
}

async function runStep(step: Step, request: Request): Promise<void> {
  const { em, deedlog } = request;
  switch (step.do) {
    case 'create':
      return create(step.kind, step.value, request);
    case 'update':
    case 'delete':
      return change(step, request);
    case 'told-before':
    case 'told-after':
      return tell(step, request);
    case 'collection': {
      const owner = await pick(Owner, step.pick, request);
      if (owner === undefined) return;
      const owned = await em.findOneOrFail(Owner, owner.id, { populate: ['marks'] });
      owned.marks.set([1, 2, 3].filter((bit) => ((step.value >> (bit - 1)) & 1) === 1).map((id) => em.getReference(Mark, id)));
      return;
    }
    case 'flush':
      return em.flush();
    case 'violate':
      return violate(request);
    case 'track':
      if (here().actor !== undefined) await deedlog.trackActivity({ action: 'note.view' }, request.depth > 0 ? { transaction: em } : {});
      return;
    case 'transactional':
    case 'begin':
    case 'intent':
    case 'scope':
      return caught(step, request);
  }
}

async function create(kind: Kind, value: number, { em, lane, next }: Request): Promise<void> {
  const n = next();
  const common = { lane, count: n };
  if (kind === 'seat') em.create(Seat, { ...common, hall: `h${lane}`, row: n } as never);
  else if (kind === 'dog') em.create(Dog, { ...common, kind: 'dog', trick: value === 0 ? null : `t${value}` } as never);
  else {
    const extra = { big: BigInt(n) * 9_007_199_254_740_993n, notes: value === 0 ? null : { a: value, list: [1, { b: null }] } };
    const home = value > 1 ? { street: `s${n}`, city: value === 2 ? null : 'London' } : null;
    em.create(Owner, { ...common, ...extra, code: `c${n}`, born: value === 3 ? new Date(n * 1000) : null, home, marks: value === 1 ? [em.getReference(Mark, 1)] : [] } as never);
  }
}

async function change(step: Extract<Step, { kind: Kind }>, request: Request): Promise<void> {
  const { em, next } = request;
  const row = await pick(ENTITIES[step.kind], step.pick, request);
  if (row === undefined) return;
  if (step.do === 'delete') {
    em.remove(row);
    return;
  }
  row.count = next();
  if (step.kind === 'dog') em.assign(row, { trick: `t${next()}` } as never);
  if (step.kind !== 'owner') return;
  em.assign(row, { notes: { a: next() }, born: step.value === 0 ? null : new Date(next() * 1000) } as never);
  if (step.value === 2) em.assign(row, { home: { street: null, city: `c${next()}` } } as never);
}

/** A helper that says what a flush of the same request says too. */
async function tell(step: Extract<Step, { kind: Kind }>, request: Request): Promise<void> {
  const { em, deedlog, depth } = request;
  // What waits for its removal is not told of.
  await em.flush();
  const row = await pick(ENTITIES[step.kind], step.pick, request);
  if (row === undefined || here().actor === undefined) return;
  row.count = request.next();
  if (step.do === 'told-after') await em.flush();
  await deedlog.auditUpdate({ target: row }, depth > 0 ? { transaction: em } : {});
  if (step.do === 'told-before') await em.flush();
}

async function pick(entity: unknown, index: number, { em, lane }: Request): Promise<Row | undefined> {
  const rows = (await em.find(entity as typeof Owner, { lane } as never)) as unknown as Row[];
  return rows.length === 0 ? undefined : rows[index % rows.length];
}

async function violate({ em, lane, next }: Request): Promise<void> {
  const code = `v${next()}`;
  for (const count of [1, 2]) em.create(Owner, { lane, code, count } as never);
  await em.flush();
}

type Block = Extract<Step, { readonly steps: readonly Step[] }>;

/** A failed block must not take its surroundings along; the identity map is stale after it, as for any user of MikroORM. */
async function caught(step: Block, request: Request): Promise<void> {
  try {
    await runBlock(step, request);
  } catch (error) {
    if (request.depth > 0 && (step.do === 'intent' || step.do === 'scope')) throw error;
    if (!isPlanned(error)) throw error;
    request.em.clear();
  }
}

export function isPlanned(error: unknown): boolean {
  return error instanceof Planned || (error as Error | undefined)?.name === 'UniqueConstraintViolationException';
}

async function runBlock(step: Block, request: Request): Promise<void> {
  const { em, deedlog, depth } = request;
  const inside = (changed: Partial<Request>): Promise<void> => runAll(step, { ...request, ...changed });
  switch (step.do) {
    case 'transactional':
      return em.transactional((inner) => inside({ em: inner, depth: depth + 1 }));
    case 'begin':
      return depth > 0 ? inside({}) : begun(request, inside);
    case 'intent': {
      // Outside every scope the intent brings its own actor.
      const actor = here().actor ?? 'eve';
      return deedlog.withIntent({ action: 'ward.act', host: { actor } }, (audit) => at({ actor, intent: audit.id }, () => inside({})));
    }
    case 'scope':
      // Without a scope around, this would be a second request on the same EntityManager.
      if (here().actor === undefined) return inside({});
      // An open intent keeps the actor that it was opened with.
      return at(here().intent === undefined ? { actor: 'zoe' } : {}, () => deedlog.run({ host: { actor: 'zoe' } }, () => inside({})));
  }
}

async function begun({ em }: Request, inside: (changed: Partial<Request>) => Promise<void>): Promise<void> {
  await em.begin();
  try {
    await inside({ depth: 1 });
    await em.commit();
  } catch (error) {
    if (em.isInTransaction()) await em.rollback();
    throw error;
  }
}

async function runAll({ steps, fails }: Block, request: Request): Promise<void> {
  await runSteps(steps, request);
  if (fails) throw new Planned('planned');
}
