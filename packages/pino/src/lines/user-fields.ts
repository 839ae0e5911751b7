import { safeText } from '@deedlog/core';
import type { ActorColumns, ActorKind, JsonObject } from '@deedlog/core';

/** What an application may tell of a person beside what the record has. Nothing of it is known to deedlog. */
export interface UserFields {
  readonly title?: string | undefined;
  readonly email?: string | undefined;
  readonly first_name?: string | undefined;
  readonly middle_name?: string | undefined;
  readonly last_name?: string | undefined;
  readonly sex?: string | undefined;
  /** `YYYY-MM-DD`. */
  readonly date_of_birth?: string | null | undefined;
}

/** An actor that is known, as a record has it. */
export interface KnownActor {
  readonly kind: Exclude<ActorKind, 'anonymous'>;
  readonly id: string;
  readonly label: string | null;
}

/** Fills the fields of a user. It is asked for each line and must answer at once: from the session or a cache, never from a database. */
export type DescribeUser = (actor: KnownActor) => UserFields | undefined;

/** `user` of a line: null where the actor is anonymous or not known. A describer that throws fills nothing. */
export function userFields({ actorKind, actorId, actorLabel }: ActorColumns, describe: DescribeUser | undefined): JsonObject | null {
  if (actorKind === null || actorKind === 'anonymous' || actorId === null) return null;
  const told = describe === undefined ? {} : tell(describe, { kind: actorKind, id: actorId, label: actorLabel });
  const text = (value: unknown): string => (value === undefined || value === null ? '' : safeText(value));
  return {
    id: actorId,
    title: text(told.title),
    email: text(told.email),
    first_name: text(told.first_name),
    middle_name: text(told.middle_name),
    last_name: text(told.last_name),
    sex: text(told.sex),
    date_of_birth: text(told.date_of_birth) || null,
    kind: actorKind,
    label: actorLabel,
  };
}

/** Read at once: what it answers may be an entity that cannot be read, too. */
function tell(describe: DescribeUser, actor: KnownActor): UserFields {
  try {
    const told = describe(actor) ?? {};
    // Wrong, but a promise that nobody hears would end the process when it rejects.
    if (told instanceof Promise) told.catch(() => undefined);
    const { title, email, first_name, middle_name, last_name, sex, date_of_birth } = told;
    return { title, email, first_name, middle_name, last_name, sex, date_of_birth };
  } catch {
    return {};
  }
}
