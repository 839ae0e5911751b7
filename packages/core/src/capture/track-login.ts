import { anonymousActor } from '../record/actor.ts';
import type { Actor } from '../record/actor.ts';
import type { ActivityContext } from '../record/activity.ts';
import type { TargetLike } from '../record/target.ts';
import { completionOf, draftActivity } from './track-activity.ts';
import type { LooseActivityInput, ModelChoice } from './track-activity.ts';
import type { Receipt } from './receipt.ts';
import type { Recorder } from './recorder.ts';

/** How somebody proved who they are. */
export type AuthType = 'jwt' | 'oauth' | 'session' | 'api-key' | 'password' | 'passkey' | 'saml' | (string & {});

interface SignIn {
  readonly authType: AuthType;
  /** Id of the session or token (`jti`), never the token itself. */
  readonly sessionId?: string | undefined;
  /** Why: a ticket for an impersonation. */
  readonly reason?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly context?: ActivityContext | undefined;
}

/** A token or session that was issued, or refused. */
export type LoginInput = SignIn &
  (
    | {
        /** What was issued. `refresh` renews a session; `impersonate` lets `actor` act on behalf of another (`actor.onBehalfOf`). Default `login`. */
        readonly grant?: 'login' | 'refresh' | 'impersonate' | undefined;
        /** Who is signed in now. */
        readonly actor: Actor;
        /** The account that was signed in to, where that is something else than the actor. */
        readonly account?: TargetLike | undefined;
        readonly outcome?: 'success' | undefined;
      }
    | {
        readonly grant?: 'login' | 'refresh' | 'impersonate' | undefined;
        readonly outcome: 'failure' | 'denied';
        /** Why it was refused, as a code: `bad-password`, `expired`, `locked`. */
        readonly failureReason: string;
        /** Only if a verified source says so, for example an expired token with a good signature. Default anonymous. */
        readonly actor?: Actor | undefined;
        /** The account that was tried, where it exists and may be stored. Never what was typed. */
        readonly account?: TargetLike | undefined;
      }
  );

/** A token or session that was ended. */
export interface LogoutInput extends SignIn {
  /** Default: the scope's actor. */
  readonly actor?: Actor | undefined;
}

/**
 * Records `auth.login`, `auth.refresh` or `auth.impersonate`; completes the open intent if there is one. Where the login also
 * writes a session, call it before that flush: the record is stored with it.
 */
export function trackLogin(login: LoginInput & ModelChoice, recorder: Recorder): Promise<Receipt> {
  const { grant = 'login', outcome = 'success', actor = anonymousActor } = login;
  const facts = { action: `auth.${grant}`, actor, outcome, target: login.account };
  const failed = login.outcome === 'failure' || login.outcome === 'denied';
  return trackSignIn(login, recorder, failed ? { ...facts, outcomeCode: login.failureReason } : facts);
}

/** Records `auth.logout`; completes the open intent if there is one. */
export function trackLogout(logout: LogoutInput & ModelChoice, recorder: Recorder): Promise<Receipt> {
  return trackSignIn(logout, recorder, { action: 'auth.logout', actor: logout.actor, outcome: 'success' });
}

async function trackSignIn(signIn: SignIn & ModelChoice, recorder: Recorder, facts: LooseActivityInput): Promise<Receipt> {
  const { authType, sessionId, reason, metadata, context, model, columns } = signIn;
  const session = sessionId === undefined ? undefined : { sessionId };
  const activity = {
    ...facts,
    model,
    columns,
    reason,
    metadata: { authType, ...session, ...metadata },
    context: session === undefined ? context : { ...session, ...context },
  };
  const intent = recorder.scope?.intent;
  if (intent?.accepts(activity.action, activity.target) === true && intent.isOfModel(model)) return intent.complete(completionOf(activity));
  return recorder.record(draftActivity(activity, recorder), { strictness: 'strict' });
}
