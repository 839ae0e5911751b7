import { Delivery } from '../deliver/delivery.ts';
import { createCounters } from '../deliver/counters.ts';
import { FanOut } from '../deliver/fan-out.ts';
import { DEFAULT_FAILURE_POLICY } from '../deliver/failure-policy.ts';
import type { FailurePolicy } from '../deliver/failure-policy.ts';
import type { Sink } from '../deliver/sink.ts';
import type { Spool } from '../deliver/spool.ts';
import type { Store } from '../deliver/store.ts';
import { coreError } from '../errors.ts';
import { processLike } from '../process-like.ts';
import type { ActionCatalogue } from '../record/action.ts';
import type { ActivityContext } from '../record/activity.ts';
import type { ModelSettings } from '../record/model.ts';
import { createDenyRule } from '../record/redact.ts';
import type { RedactOptions } from '../record/redact.ts';
import type { TargetDescriber } from '../record/target.ts';
import { actionNames } from './action-names.ts';
import type { Deedlog } from './deedlog.ts';
import { createFilter } from './ignore.ts';
import type { IgnoreRules, IsIgnored, OnlyRules } from './ignore.ts';
import { LiveDeedlog } from './live-deedlog.ts';
import type { MaybeActor } from './maybe-actor.ts';
import { Models } from './models.ts';
import { Recorder } from './recorder.ts';
import { reporter } from './reporter.ts';
import { ScopeFactory } from './scope-factory.ts';
import type { OnProblem, Settings } from './settings.ts';
import { transactionHooks } from './transaction-hooks.ts';

export interface DeedlogOptions<Host = unknown, Catalogue extends ActionCatalogue = ActionCatalogue, Kinds extends ModelSettings = ModelSettings> {
  /**
   * Who acts, from what the capture point gets: the tRPC or GraphQL context. Nothing (undefined, null, '', false): nobody is
   * signed in (anonymous).
   * Required: deedlog never guesses.
   */
  readonly actor: (host: Host) => MaybeActor | Promise<MaybeActor>;
  /** Where from: usually `(host) => fromRequest(host.request)` with `requestContext` of `@deedlog/http`. */
  readonly context?: (host: Host) => ActivityContext | undefined;
  readonly store: Store;
  /** From `defineActions`. */
  readonly actions?: Catalogue;
  /** Named kinds of activity with own columns. A model named `default` has the activities that name no other. */
  readonly models?: Kinds;
  readonly sinks?: readonly Sink[];
  readonly spool?: Spool;
  /** For actions that declare none. Default `closed`. */
  readonly onFailure?: FailurePolicy;
  /** Default: a process warning. */
  readonly onProblem?: OnProblem;
  readonly redact?: RedactOptions;
  readonly ignore?: IgnoreRules;
  /** Records nothing but this; `ignore` still applies. Default: everything. */
  readonly only?: OnlyRules;
  /** Default {@link normalizeAction}. */
  readonly normalizeAction?: (action: string) => string;
  /** Names entities that the store does not know. */
  readonly describeTarget?: TargetDescriber;
  /** Name of this application instance. Default `app`. */
  readonly source?: string;
  /** The one switch. False: nothing is recorded, opened or connected. Default true. */
  readonly enabled?: boolean;
}

/**
 * Sets deedlog up. Throws on a wrong set-up: `ACTOR_RESOLVER_MISSING`, `STORE_MISSING`, `SPOOL_MISSING`, `NODE_TOO_OLD`,
 * `MODEL_INVALID`, and what the store's `connect` throws.
 */
export function createDeedlog<
  Host = unknown,
  const Catalogue extends ActionCatalogue = ActionCatalogue,
  Kinds extends ModelSettings = ModelSettings,
>(options: DeedlogOptions<Host, Catalogue, Kinds>): Deedlog<Host, Catalogue, Kinds> {
  checkOptions((options as DeedlogOptions | undefined) ?? {});
  const { store, spool, sinks = [], actions, source = 'app', enabled = true } = options;
  const settings = settingsOf(options as DeedlogOptions<never>);
  const counters = createCounters();
  const fanOut = new FanOut(sinks, counters, settings.report);
  const delivery = new Delivery({ store, spool, fanOut, counters, report: settings.report, source });
  const recorder = new Recorder(settings, delivery, counters);
  const scopes = new ScopeFactory<Host>(options, settings.report);
  if (enabled) store.connect?.(transactionHooks(recorder), settings.models?.shapes);
  return new LiveDeedlog<Host, Catalogue, Kinds>({ recorder, scopes, store, actions, enabled });
}

function settingsOf(options: DeedlogOptions<never>): Settings {
  const { actions, redact, ignore, store, describeTarget, source = 'app', onFailure = DEFAULT_FAILURE_POLICY, onProblem } = options;
  const filter = createFilter(ignore, options.only);
  const isDenied = createDenyRule(redact);
  const models = options.models === undefined ? undefined : new Models(options.models, isDenied);
  const isOff: IsIgnored | undefined = models?.someOff === true ? (activity) => models.isOff(activity.model) || filter?.(activity) === true : filter;
  return {
    ...actionNames(actions, options.normalizeAction),
    isDenied,
    isIgnored: isOff ?? (() => false),
    hasIgnoreRules: isOff !== undefined,
    models,
    describers: [describeTarget, store.describeTarget].filter((describer) => describer !== undefined),
    source,
    onFailure,
    report: reporter(onProblem),
  };
}

const OLDEST_NODE: readonly [major: number, minor: number] = [22, 17];

function checkOptions({ actor, store, spool, actions = {}, onFailure }: Partial<DeedlogOptions>): void {
  const version = processLike()?.versions?.node;
  const [major = 0, minor = 0] = version?.split('.').map(Number) ?? OLDEST_NODE;
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) throw coreError('NODE_TOO_OLD', version);
  if (typeof actor !== 'function') throw coreError('ACTOR_RESOLVER_MISSING');
  if (typeof store?.write !== 'function') throw coreError('STORE_MISSING');
  const spooling = Object.keys(actions).find((name) => actions[name]?.onFailure === 'spool');
  if (spool === undefined && (onFailure === 'spool' || spooling !== undefined)) throw coreError('SPOOL_MISSING', spooling);
}
