import type { EntityManager } from '@mikro-orm/core';
import { Frame } from './account.ts';
import type { BlockStep, Step } from './program.ts';
import { clearAll, isPlanned, isRefusedByDatabase, OTHER_ACTOR, Planned } from './request.ts';
import type { Request } from './request.ts';
import { create } from './row-steps.ts';
import { at, here } from './whereabouts.ts';

type RunSteps = (steps: readonly Step[], request: Request) => Promise<void>;

/** Runs a block. A planned failure does not take its surroundings along; where PostgreSQL has given up the transaction, it must. */
export async function runBlock(step: BlockStep, request: Request, runSteps: RunSteps): Promise<void> {
  const inside = async (changed: Partial<Request>): Promise<void> => {
    await runSteps(step.steps, { ...request, ...changed });
    if (step.fails) throw new Planned('planned');
  };
  try {
    await BLOCKS[step.do](request, inside);
  } catch (error) {
    const rolledBack = step.do === 'transactional' || (step.do === 'begin' && request.frame === undefined);
    const dead = isRefusedByDatabase(error) && request.frame !== undefined && !rolledBack;
    if (dead || !isPlanned(error)) throw error;
    clearAll(request);
  }
}

type Inside = (changed: Partial<Request>) => Promise<void>;

const BLOCKS: Readonly<Record<BlockStep['do'], (request: Request, inside: Inside) => Promise<void>>> = {
  async transactional({ em, around, frame, account }, inside) {
    const own = new Frame(account, frame);
    await em.transactional((inner) => inside({ em: inner, around: [...around, em], frame: own }));
    own.committed();
  },

  async begin({ em, frame, account }, inside) {
    if (frame !== undefined) return inside({});
    const own = new Frame(account);
    await em.begin();
    try {
      await inside({ frame: own });
      await em.commit();
    } catch (error) {
      if (em.isInTransaction()) await em.rollback();
      throw error;
    }
    own.committed();
  },

  async intent(request, inside) {
    const { deedlog, account, intents, frame } = request;
    const em = await emOfIntent(request);
    if (em === undefined) return inside({});
    // Outside every scope the intent brings its own actor.
    const actor = here().actor ?? 'eve';
    let id = '';
    try {
      await deedlog.withIntent({ action: 'ward.act', host: { actor } }, (audit) => {
        id = audit.id;
        account.told.add(id);
        return at({ actor, intent: id }, () => withFirstChange({ ...request, em }, () => inside({ em, intents: [...intents, id] })));
      });
    } catch (error) {
      account.durable.add(id);
      account.failed.add(id);
      throw error;
    }
    if (frame === undefined) account.durable.add(id);
    else frame.add(id);
  },

  scope({ deedlog }, inside) {
    // Without a scope around, this would be a second request on the same EntityManager.
    if (here().actor === undefined) return inside({});
    // What another actor does inside of an intent is not that intent's.
    return at(here().actor === OTHER_ACTOR ? {} : { actor: OTHER_ACTOR, intent: undefined }, () => deedlog.run({ host: { actor: OTHER_ACTOR } }, () => inside({})));
  },
};

/** EntityManagers that an intent outside every scope has taken: for another one they would be those of another request. */
const taken = new WeakSet<EntityManager>();

async function emOfIntent({ em, fork, frame }: Request): Promise<EntityManager | undefined> {
  if (here().actor !== undefined) return em;
  if (frame === undefined) {
    // Two that know the same rows would each undo the other's changes.
    await em.flush();
    em.clear();
    return fork();
  }
  if (taken.has(em)) return undefined;
  taken.add(em);
  return em;
}

/** After `em.begin()` a store learns from the first flush of an intent in which transaction the intent is. */
async function withFirstChange(request: Request, body: () => Promise<void>): Promise<void> {
  if (request.frame !== undefined) {
    create('seat', 0, request);
    await request.em.flush();
  }
  await body();
}
