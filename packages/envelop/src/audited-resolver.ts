import type { Ending } from '@deedlog/core';
import { defaultFieldResolver } from 'graphql';
import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import { endingOfError } from './error-ending.ts';
import { envelopError } from './errors.ts';
import { deriveFacts, openFieldIntent } from './field-plan.ts';
import type { FieldPlan } from './field-plan.ts';
import { operationOf } from './operation.ts';
import type { Operation } from './operation.ts';

type Resolver = GraphQLFieldResolver<unknown, unknown, Record<string, unknown>>;

const SUCCESS: Ending = { outcome: 'success' };

/** The resolvers made here, so that no field is wrapped twice. */
const audited = new WeakSet<Resolver>();

/** Executed fields that have an intent and belong to no operation of the plugin, by their path, which is new in each execution. */
const opened = new WeakSet<object>();

export function isAudited(resolve: Resolver | undefined): boolean {
  return resolve !== undefined && audited.has(resolve);
}

/** The resolver inside an intent. Its own end decides the outcome: nested fields belong to the answer, not to the act. */
export function auditedResolver(plan: FieldPlan, resolve: Resolver | undefined): Resolver {
  const wrapped: Resolver = async (...call) => {
    const [, args, context, info] = call;
    const operation = operationOf(info);
    const original = resolve ?? operation?.fieldResolver ?? defaultFieldResolver;
    if (isOpened(info, operation)) return original(...call);
    const intent = openFieldIntent(plan, hostOf(plan, { operation, context }));
    setOpened(info, operation);
    intent.sawInput(args);
    deriveFacts(plan, intent, { args, context });
    let ending = SUCCESS;
    try {
      const value: unknown = await intent.run(() => original(...call));
      if (value instanceof Error) ending = endingOfError(value);
      return value;
    } catch (error) {
      ending = endingOfError(error);
      throw error;
    } finally {
      await intent.end(ending);
    }
  };
  audited.add(wrapped);
  return wrapped;
}

/**
 * Where another tool has wrapped our resolver and was wrapped again, the outer one records and the inner one only passes on.
 * In an operation the response keys tell; a weak set of paths costs more than all the rest, so it serves only outside.
 */
function isOpened({ path }: GraphQLResolveInfo, operation: Operation | undefined): boolean {
  return operation === undefined ? opened.has(path) : operation.reached.has(String(path.key));
}

function setOpened({ path }: GraphQLResolveInfo, operation: Operation | undefined): void {
  if (operation === undefined) opened.add(path);
  else operation.reached.add(String(path.key));
}

/**
 * Whom the actor resolver is asked about. The scope of an operation has just asked for its first field; later fields ask
 * again, because a field before them may have signed somebody in.
 */
function hostOf(plan: FieldPlan, { operation, context }: { operation: Operation | undefined; context: unknown }): unknown {
  const host = operation === undefined ? context : operation.host;
  requireHost(plan, host);
  return operation?.reached.size === 0 ? undefined : host;
}

/** Throws `ENVELOP_CONTEXT_MISSING` where neither a contextValue nor a surrounding scope can tell who acts. */
export function requireHost({ deedlog }: Pick<FieldPlan, 'deedlog'>, host: unknown): void {
  if ((host === undefined || host === null) && deedlog.currentContext() === undefined) throw envelopError('ENVELOP_CONTEXT_MISSING');
}
