import type { Actor } from '../record/actor.ts';
import type { ActivityContext } from '../record/activity.ts';
import type { Ending } from '../record/outcome.ts';
import type { TargetLike } from '../record/target.ts';
import { draftActivity } from './track-activity.ts';
import type { LooseActivityInput } from './track-activity.ts';
import type { Receipt } from './receipt.ts';
import type { Recorder } from './recorder.ts';

/** How somebody proved who they are. */
export type AuthType = 'jwt' | 'oauth' | 'session' | 'api-key' | 'password' | 'passkey' | 'saml' | (string & {});

interface SignIn {
  readonly authType: AuthType;
  /** Id of the session or token (`jti`), never the token itself. */
  readonly sessionId?: string | undefined;
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

/** Records `auth.login`, `auth.refresh` or `auth.impersonate`; completes the open intent if there is one. */
export function trackLogin(login: LoginInput, recorder: Recorder): Promise<Receipt> {
  const { grant = 'login', outcome = 'success', actor = { kind: 'anonymous' } } = login;
  const failed = login.outcome === 'failure' || login.outcome === 'denied';
  return trackSignIn(login, recorder, {
    action: `auth.${grant}`,
    actor,
    target: failed ? login.account : undefined,
    ending: { outcome, ...(failed ? { code: login.failureReason } : {}) },
  });
}

/** Records `auth.logout`; completes the open intent if there is one. */
export function trackLogout(logout: LogoutInput, recorder: Recorder): Promise<Receipt> {
  return trackSignIn(logout, recorder, { action: 'auth.logout', actor: logout.actor, target: undefined, ending: { outcome: 'success' } });
}

interface SignInFacts {
  readonly action: string;
  readonly actor: Actor | undefined;
  readonly target: TargetLike | undefined;
  readonly ending: Ending;
}

async function trackSignIn(signIn: SignIn, recorder: Recorder, { action, actor, target, ending }: SignInFacts): Promise<Receipt> {
  const { authType, sessionId, metadata: given, context } = signIn;
  const metadata = { authType, ...(sessionId === undefined ? {} : { sessionId }), ...given };
  const intent = recorder.scope?.intent;
  if (intent?.accepts(action, target) === true) {
    intent.complete({ action, actor: actor ?? null, target, metadata, ending });
    return { id: intent.id, status: 'merged' };
  }
  const activity: LooseActivityInput = {
    action,
    actor,
    target,
    metadata,
    outcome: ending.outcome,
    outcomeCode: ending.code,
    context: sessionId === undefined ? context : { sessionId, ...context },
  };
  return recorder.record(await draftActivity(activity, recorder), { strictness: 'strict' });
}
