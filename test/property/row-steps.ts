import type { EntityManager } from '@mikro-orm/core';
import { Dog, ENTITIES, Mark, Owner, Seat, Truck } from './entities.ts';
import type { Kind } from './entities.ts';
import type { RowStep } from './program.ts';
import { clearAll, pick } from './request.ts';
import type { Request, Row } from './request.ts';
import { here } from './whereabouts.ts';

export async function runRowStep(step: RowStep, request: Request): Promise<void> {
  if (step.do === 'create') return create(step.kind, step.value, request);
  if (step.do === 'told-before' || step.do === 'told-after') return tell(step, request);
  const row = await pick(step.kind, step.pick, request);
  if (row === undefined) return;
  switch (step.do) {
    case 'remove':
      request.em.remove(row);
      return;
    case 'blind':
      return changeUnloaded(step.kind, row, request);
    case 'archive':
      row.count = request.next();
      if (step.kind === 'owner') request.em.assign(row, { deletedAt: new Date(row.count * 1000) } as never);
      return;
    case 'update':
      return change(step, row, request);
  }
}

export function create(kind: Kind, value: number, { em, lane, next }: Request): void {
  const count = next();
  const common = { lane, count };
  switch (kind) {
    case 'owner':
      em.create(Owner, { ...common, ...ownerData(em, count, value) } as never);
      return;
    case 'seat':
      em.create(Seat, { ...common, hall: `h${lane}`, row: count } as never);
      return;
    case 'dog':
      em.create(Dog, { ...common, kind: 'dog', trick: value === 0 ? null : `t${value}` } as never);
      return;
    case 'truck':
      em.create(Truck, { ...common, load: value } as never);
  }
}

function ownerData(em: EntityManager, n: number, value: number): object {
  return {
    code: `c${n}`,
    big: BigInt(n) * 9_007_199_254_740_993n,
    notes: value === 0 ? null : { a: value, list: [1, { b: null }], deep: { text: 'x"y' } },
    tags: value === 0 ? null : ['a', `b,${n}`].slice(0, value),
    status: value === 3 ? 'in' : null,
    born: value === 3 ? new Date(n * 1000) : null,
    home: value > 1 ? { street: `s${n}`, city: value === 2 ? null : 'London' } : null,
    work: value === 1 ? { street: `w${n}`, city: 'Paris' } : null,
    marks: value === 1 ? [em.getReference(Mark, 1)] : [],
  };
}

function change({ kind, value }: RowStep, row: Row, { em, next }: Request): void {
  const n = next();
  // A change that changes nothing is one too.
  if (value !== 1 || kind === 'truck') row.count = n;
  if (kind === 'dog') em.assign(row, { trick: `t${n}` } as never);
  if (kind === 'truck') em.assign(row, { load: value } as never);
  if (kind !== 'owner') return;
  em.assign(row, { notes: { a: n }, tags: value === 3 ? [] : [`t${n}`], status: value === 0 ? 'out' : 'in', born: value === 0 ? null : new Date(n * 1000) } as never);
  if (value === 2) em.assign(row, { home: { street: null, city: `c${n}` }, work: { city: 'Rome' } } as never);
}

/** Where the entity was never loaded, its old values are not known. */
function changeUnloaded(kind: Kind, row: Row, request: Request): void {
  const { em, next } = request;
  // A version must be known, and a truck is written to two tables.
  if (kind === 'dog' || kind === 'truck') return;
  // Around it, too: a second instance of the row would keep its former collection.
  clearAll(request);
  const reference = em.getReference(ENTITIES[kind] as never, (kind === 'seat' ? [row.hall, row.row] : row.id) as never) as Row;
  reference.count = next();
}

/** A helper that says what a flush of the same request says too. */
async function tell(step: RowStep, request: Request): Promise<void> {
  const { em, deedlog, frame, account } = request;
  // What waits for its removal is not told of.
  await em.flush();
  const row = await pick(step.kind, step.pick, request);
  if (row === undefined || here().actor === undefined) return;
  row.count = request.next();
  if (step.do === 'told-after') await em.flush();
  const receipt = await deedlog.auditUpdate({ target: row }, frame === undefined ? {} : { transaction: em });
  tookPart(receipt, request);
  account.count(`${step.do}: ${receipt.status}`);
  if (step.do === 'told-before') await em.flush();
}

export async function track(request: Request): Promise<void> {
  const { em, deedlog, frame, account } = request;
  if (here().actor === undefined) return;
  const receipt = await deedlog.trackActivity({ action: 'note.view' }, frame === undefined ? {} : { transaction: em });
  tookPart(receipt, request);
  account.count(`track: ${receipt.status}`);
}

/** A record of its own depends on the transaction that it was made in; a merged one is no record. */
function tookPart({ id, status }: { readonly id: string; readonly status: string }, { frame, account }: Request): void {
  if (status === 'merged') return;
  if (status !== (frame === undefined ? 'stored' : 'joined')) throw new Error(`a helper was ${status}`);
  account.told.add(id);
  if (frame === undefined) account.durable.add(id);
  else frame.add(id);
}
