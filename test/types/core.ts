// Compiled, not run: what must not compile stands under @ts-expect-error.
import { createDeedlog, createDiff, defineActions, defineErrors, memoryStore, systemActor, userActor } from '@deedlog/core';
import type { ActionName, Deedlog, FieldPath, FieldSelection, InferSchemaInput, StandardSchemaV1 as OwnStandardSchema, Store } from '@deedlog/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';

type Equal<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
const is = <_Claim extends true>(): void => undefined;

const store = memoryStore();
const actor = userActor(7);

const actions = defineActions({
  'report.print': { metadata: z.object({ pages: z.number(), duplex: z.boolean().optional() }) },
  'report.mail': { metadata: v.object({ to: v.pipe(v.string(), v.email()) }) },
  'report.view': { metadata: type({ from: "'web' | 'app'" }) },
  'report.tag': { metadata: z.object({ tag: z.string().optional() }) },
  'invoice.void': { reason: 'required' },
  'invoice.approve': {},
});
const deedlog = createDeedlog({ actor: (host: { user?: { id: number } }) => host.user && userActor(host.user.id), actions, store });

export async function typedActions(): Promise<void> {
  await deedlog.trackActivity({ action: 'invoice.approve' });
  await deedlog.trackActivity({ action: 'invoice.approve', reason: 'optional', metadata: { anything: 1 } });
  // @ts-expect-error misspelt
  await deedlog.trackActivity({ action: 'invoice.aprove' });
  // @ts-expect-error misspelt, with an intent as well
  await deedlog.withIntent({ action: 'invoice.aprove', host: {} }, () => undefined);
  // @ts-expect-error an action that is computed is not known to be declared
  await deedlog.trackActivity({ action: 'invoice.' + 'approve' });
  // @ts-expect-error no action
  await deedlog.trackActivity({ actor });
}

export async function typedMetadata(): Promise<void> {
  await deedlog.trackActivity({ action: 'report.print', metadata: { pages: 1 } });
  await deedlog.trackActivity({ action: 'report.print', metadata: { pages: 1, duplex: true } });
  // @ts-expect-error zod: missing
  await deedlog.trackActivity({ action: 'report.print' });
  // @ts-expect-error zod: of the wrong type
  await deedlog.trackActivity({ action: 'report.print', metadata: { pages: '1' } });
  // @ts-expect-error zod: misspelt
  await deedlog.trackActivity({ action: 'report.print', metadata: { pages: 1, dupelx: true } });

  await deedlog.trackActivity({ action: 'report.mail', metadata: { to: 'a@b.example' } });
  // @ts-expect-error valibot: missing
  await deedlog.trackActivity({ action: 'report.mail', metadata: {} });
  // @ts-expect-error valibot: of the wrong type
  await deedlog.trackActivity({ action: 'report.mail', metadata: { to: 1 } });

  await deedlog.trackActivity({ action: 'report.view', metadata: { from: 'web' } });
  // @ts-expect-error arktype: not one of the two
  await deedlog.trackActivity({ action: 'report.view', metadata: { from: 'fax' } });
  // @ts-expect-error arktype: missing
  await deedlog.trackActivity({ action: 'report.view' });

  // Where every field is optional, so is the whole.
  await deedlog.trackActivity({ action: 'report.tag' });
  await deedlog.trackActivity({ action: 'report.tag', metadata: { tag: 'a' } });
  // @ts-expect-error of the wrong type
  await deedlog.trackActivity({ action: 'report.tag', metadata: { tag: 1 } });
}

export async function requiredReason(): Promise<void> {
  await deedlog.trackActivity({ action: 'invoice.void', reason: 'typo' });
  // @ts-expect-error the reason is missing
  await deedlog.trackActivity({ action: 'invoice.void' });
  // @ts-expect-error undefined is no reason
  await deedlog.trackActivity({ action: 'invoice.void', reason: undefined });
}

export async function withoutCatalogue(): Promise<void> {
  const open = createDeedlog({ actor: () => undefined, store });
  await open.trackActivity({ action: 'anything.goes', metadata: { any: ['thing'] }, reason: 'why', actor });
  await open.trackActivity({ action: 'computed.' + 'action' });
  // @ts-expect-error metadata is a bag
  await open.trackActivity({ action: 'a.b', metadata: 7 });
  // @ts-expect-error an actor has a kind
  await open.trackActivity({ action: 'a.b', actor: { id: 7 } });
  // @ts-expect-error a user has an id
  await open.trackActivity({ action: 'a.b', actor: { kind: 'user' } });
  // @ts-expect-error nobody acts on behalf of somebody as anonymous
  await open.trackActivity({ action: 'a.b', actor: { kind: 'anonymous', onBehalfOf: actor } });
  // @ts-expect-error not an outcome
  await open.trackActivity({ action: 'a.b', outcome: 'ok' });
}

export function hosts(): void {
  is<Equal<typeof deedlog, Deedlog<{ user?: { id: number } }, typeof actions>>>();
  deedlog.run({ host: { user: { id: 1 } } }, () => undefined);
  // @ts-expect-error the host is what the resolver takes
  deedlog.run({ host: { user: { id: 'x' } } }, () => undefined);
  is<Equal<ReturnType<typeof deedlog.run<number>>, number>>();
  // Whatever falsy thing `host.user &&` leaves is nobody.
  createDeedlog({ actor: (host: { user?: string; admin: boolean; n: number | null }) => host.user && host.admin && host.n !== null && userActor(host.n), store });
  createDeedlog({ actor: async (host: { user: Promise<string | undefined> }) => (await host.user) && systemActor('x'), store });
  // @ts-expect-error a text is no actor
  createDeedlog({ actor: () => 'ada', store });
  // @ts-expect-error no resolver
  createDeedlog({ store });
  // @ts-expect-error no store
  createDeedlog({ actor: () => undefined });
  // @ts-expect-error not a policy
  createDeedlog({ actor: () => undefined, store, onFailure: 'ignore' });
  // @ts-expect-error not a policy, in the catalogue as well
  defineActions({ 'a.b': { onFailure: 'ignore' } });
  is<Equal<ActionName<typeof actions>, 'report.print' | 'report.mail' | 'report.view' | 'report.tag' | 'invoice.void' | 'invoice.approve'>>();
}

export async function logins(): Promise<void> {
  await deedlog.trackLogin({ actor, authType: 'jwt' });
  await deedlog.trackLogin({ outcome: 'failure', failureReason: 'locked', authType: 'my-own' });
  // @ts-expect-error a login that succeeded is somebody's
  await deedlog.trackLogin({ authType: 'jwt' });
  // @ts-expect-error a login that failed has a reason
  await deedlog.trackLogin({ outcome: 'failure', authType: 'jwt' });
  // @ts-expect-error how they signed in is missing
  await deedlog.trackLogout({});
}

export async function changes(): Promise<void> {
  const target = { type: 'Post', id: 1 };
  const data = { title: 'a', author: { name: 'x', address: { city: 'y' } }, tags: [{ id: 1, label: 'z' }] };
  await deedlog.auditUpdate({ target, data, fields: ['title', 'author.name', 'tags.label'] });
  await deedlog.auditUpdate({ target, data, fields: { title: 'plain', author: 'redact' } });
  // @ts-expect-error not a field
  await deedlog.auditUpdate({ target, data, fields: ['titel'] });
  // @ts-expect-error not a field of the author
  await deedlog.auditUpdate({ target, data, fields: ['author.nmae'] });
  // @ts-expect-error not a treatment
  await deedlog.auditUpdate({ target, data, fields: { title: 'show' } });
  // @ts-expect-error the target is missing
  await deedlog.auditCreate({ data });
  is<Equal<FieldPath<{ a: { b: Date }; c: string[] }>, 'a' | 'a.b' | 'c'>>();
  is<Equal<FieldSelection<unknown>, readonly string[] | Readonly<Record<string, 'plain' | 'redact'>>>>();
  createDiff({ a: 1 }, null, { exclude: ['a'] });
  // @ts-expect-error states are objects
  createDiff('a', 'b');
}

export function standardSchema(): void {
  // Ours is the published one, as far as it goes: every published schema fits it, and its types agree.
  const fits = (schema: StandardSchemaV1<{ a: string }, { a: number }>): OwnStandardSchema<{ a: string }, { a: number }> => schema;
  fits satisfies unknown;
  const schema = z.object({ n: z.string().transform(Number) });
  is<Equal<InferSchemaInput<typeof schema>, { n: string }>>();
  is<Equal<InferSchemaInput<typeof schema>, StandardSchemaV1.InferInput<typeof schema>>>();
  // @ts-expect-error not a schema
  defineActions({ 'a.b': { metadata: { n: 'number' } } });
}

export function errors(): void {
  const fail = defineErrors({ BROKEN: { meaning: 'it is broken', remedy: 'mend it' } });
  is<Equal<Parameters<typeof fail>[0], 'BROKEN'>>();
  // @ts-expect-error not in the table
  fail('BORKEN');
}

export const bareStore: Store = { write: () => Promise.resolve({ at: 'own' }) };
// @ts-expect-error a store says where it wrote
export const noStore: Store = { write: () => Promise.resolve() };
