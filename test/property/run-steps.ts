import { KINDS, Mark, Owner, Seat } from './entities.ts';
import { runBlock } from './blocks.ts';
import type { Lane, Step } from './program.ts';
import { clearAll, isPlanned, pick } from './request.ts';
import type { Request } from './request.ts';
import { create, runRowStep, track } from './row-steps.ts';
import { at } from './whereabouts.ts';

/** Runs one request, with a row of each kind to begin with. Only planned failures are swallowed. */
export async function runLane({ actor, steps }: Lane, request: Request): Promise<void> {
  const body = (): Promise<void> => {
    for (const kind of KINDS) create(kind, 1, request);
    return runAlone([{ do: 'flush' }, ...steps], request);
  };
  if (actor === undefined) return body();
  await at({ actor }, () => request.deedlog.run({ host: { actor } }, body));
}

/** Outside transactions each step may fail on its own. */
async function runAlone(steps: readonly Step[], request: Request): Promise<void> {
  for (const step of [...steps, { do: 'flush' } as const]) {
    try {
      await runStep(step, request);
    } catch (error) {
      if (!isPlanned(error)) throw error;
      clearAll(request);
    }
  }
}

export async function runSteps(steps: readonly Step[], request: Request): Promise<void> {
  for (const step of steps) await runStep(step, request);
}

async function runStep(step: Step, request: Request): Promise<void> {
  const { em } = request;
  request.account.count(step.do);
  switch (step.do) {
    case 'collection':
      return changeCollection(step, request);
    case 'flush':
      return em.flush();
    case 'violate':
      return violate(request);
    case 'poison':
      em.create(Seat, { lane: request.lane, hall: `p${request.lane}`, row: request.next(), count: -1 } as never);
      return em.flush();
    case 'track':
      return track(request);
    case 'aside':
      return aside(request);
    case 'parallel':
      return parallel(step.branches, request);
    case 'transactional':
    case 'begin':
    case 'intent':
    case 'scope':
      return runBlock(step, request, runSteps);
    default:
      return runRowStep(step, request);
  }
}

async function changeCollection({ pick: index, value }: { readonly pick: number; readonly value: number }, request: Request): Promise<void> {
  const { em } = request;
  const owner = await pick('owner', index, request);
  if (owner === undefined) return;
  // What waits for its removal is found no more.
  const owned = await em.findOne(Owner, owner.id, { populate: ['marks'] });
  owned?.marks.set([1, 2, 3].filter((bit) => ((value >> (bit - 1)) & 1) === 1).map((id) => em.getReference(Mark, id)));
}

async function violate({ em, lane, next }: Request): Promise<void> {
  const code = `v${next()}`;
  for (const count of [next(), next()]) em.create(Owner, { lane, code, count } as never);
  await em.flush();
}

/** Another EntityManager of the same request, while a transaction may be open. Its commit may take the open intent's record along. */
async function aside(request: Request): Promise<void> {
  const { fork, frame, oneConnection, account, intents, next } = request;
  if (frame !== undefined && oneConnection) return;
  for (const id of intents) account.either.add(id);
  const em = fork();
  create('seat', 0, { ...request, em, lane: `${request.lane}a${next()}` });
  await em.flush();
}

/** Two forks of one request at once, each with rows of its own. */
async function parallel(branches: readonly (readonly Step[])[], request: Request): Promise<void> {
  const { fork, frame, next, lane } = request;
  if (frame !== undefined) return;
  const running = branches.map((steps) => runAlone(steps, { ...request, em: fork(), lane: `${lane}b${next()}` }));
  for (const ended of await Promise.allSettled(running)) if (ended.status === 'rejected') throw ended.reason;
}
