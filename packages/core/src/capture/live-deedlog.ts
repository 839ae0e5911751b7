import type { Counters } from '../deliver/counters.ts';
import type { Store } from '../deliver/store.ts';
import { coreError } from '../errors.ts';
import type { ActionCatalogue, ActionName } from '../record/action.ts';
import { DEFAULT_MODEL } from '../record/model.ts';
import type { AuditColumns, ModelFact, ModelName, ModelSettings, OwnColumns } from '../record/model.ts';
import type { ActivityContext } from '../record/activity.ts';
import { fieldTreatments } from '../record/fields.ts';
import { createId } from '../record/id.ts';
import { endingOfError } from '../record/outcome.ts';
import { ambientAudit } from './ambient-audit.ts';
import { Claims } from './claims.ts';
import { EMPTY_CONTEXT } from './context.ts';
import { FlowActor, ScopeFlow } from './flow.ts';
import type { Flow } from './flow.ts';
import type { Deedlog, TrackOptions, WithIntentOptions } from './deedlog.ts';
import type { Audit, Intent, IntentOptions } from './intent.ts';
import { OpenIntent } from './open-intent.ts';
import type { Receipt } from './receipt.ts';
import type { Recorder } from './recorder.ts';
import type { ResumeOptions, RunOptions, Scope, SerializedContext } from './scope.ts';
import type { ScopeFactory } from './scope-factory.ts';
import { resumeScope, serializeScope } from './serialized-context.ts';
import { silentAudit } from './silent-audit.ts';
import { SUPPRESS_ACTION, Suppression } from './suppress.ts';
import { trackActivity } from './track-activity.ts';
import type { ActivityInput, LooseActivityInput, ModelChoice } from './track-activity.ts';
import { trackChange } from './track-change.ts';
import type { AuditedChange, AuditedUpdate, ChangeVerb } from './track-change.ts';
import { trackLogin, trackLogout } from './track-login.ts';
import type { LoginInput, LogoutInput } from './track-login.ts';

interface Parts<Host, Catalogue> {
  readonly recorder: Recorder;
  readonly scopes: ScopeFactory<Host>;
  readonly store: Store;
  readonly actions: Catalogue | undefined;
  readonly enabled: boolean;
}

const noScope = (): Scope => ({ context: EMPTY_CONTEXT, actor: undefined, correlationId: '', causationId: null, intent: undefined, paused: true, claims: new Claims(), flowActor: new FlowActor(), suppression: undefined });

/** {@link Deedlog} as `createDeedlog` returns it. Switched off, no scope is opened, no resolver is asked and nothing reaches the store. */
export class LiveDeedlog<Host, Catalogue extends ActionCatalogue, Models extends ModelSettings> implements Deedlog<Host, Catalogue, Models> {
  readonly enabled: boolean;
  readonly actions: Catalogue | undefined;
  readonly models: readonly string[];
  readonly audit: Audit<AuditColumns<Models>>;
  readonly #recorder: Recorder;
  readonly #scopes: ScopeFactory<Host>;
  readonly #store: Store;
  #closing: Promise<void> | undefined;

  constructor({ recorder, scopes, store, actions, enabled }: Parts<Host, Catalogue>) {
    this.#recorder = recorder;
    this.#scopes = scopes;
    this.#store = store;
    this.actions = actions;
    this.models = recorder.settings.models?.names ?? [DEFAULT_MODEL];
    this.enabled = enabled;
    this.audit = enabled ? ambientAudit(() => this.#recorder.scope?.intent) : silentAudit;
  }

  get counters(): Counters {
    return { ...this.#recorder.counters };
  }

  trackActivity<const Name extends ActionName<Catalogue>, const Model extends ModelName<Models> = 'default'>(
    activity: ActivityInput<Catalogue, Name, Models, Model>,
    options: TrackOptions = {},
  ): Promise<Receipt> {
    return this.#track(() => trackActivity(this.#withColumns<LooseActivityInput>(activity as unknown as LooseActivityInput), this.#recorder, options));
  }

  trackLogin<const Model extends ModelName<Models> = 'default'>(login: LoginInput & ModelFact<Models, Model>): Promise<Receipt> {
    return this.#track(() => trackLogin(this.#withColumns<LoginInput>(login), this.#recorder));
  }

  trackLogout<const Model extends ModelName<Models> = 'default'>(logout: LogoutInput & ModelFact<Models, Model>): Promise<Receipt> {
    return this.#track(() => trackLogout(this.#withColumns<LogoutInput>(logout), this.#recorder));
  }

  auditCreate<Data extends object, const Model extends ModelName<Models> = 'default'>(
    change: AuditedChange<Data> & ModelFact<Models, Model>,
    options: TrackOptions = {},
  ): Promise<Receipt> {
    return this.#trackChange('create', change, options);
  }

  auditUpdate<Data extends object, const Model extends ModelName<Models> = 'default'>(
    change: AuditedUpdate<Data> & ModelFact<Models, Model>,
    options: TrackOptions = {},
  ): Promise<Receipt> {
    return this.#trackChange('update', change, options);
  }

  auditDelete<Data extends object, const Model extends ModelName<Models> = 'default'>(
    change: AuditedChange<Data> & ModelFact<Models, Model>,
    options: TrackOptions = {},
  ): Promise<Receipt> {
    return this.#trackChange('delete', change, options);
  }

  run<Result>(options: RunOptions<Host>, body: () => Result): Result {
    if (!this.enabled) return body();
    const { scope } = this.#recorder;
    const opened = this.#scopes.open(options, options.newFlow === true ? undefined : scope);
    return this.#recorder.enter(scope?.paused === true ? { ...opened, paused: true } : opened, body);
  }

  openIntent(options: IntentOptions<Host>): Intent {
    const recorder = this.#recorder;
    const now = Date.now();
    const id = createId(now);
    const open = (outer: Scope): Intent => new OpenIntent(options as IntentOptions<never>, outer, { recorder, id, now });
    if (!this.enabled) return open(noScope());
    const { scope } = recorder;
    const settled = scope !== undefined && !('host' in options) && options.context === undefined;
    // An intent that begins a flow gives it its name.
    return open(settled ? scope : this.#scopes.open(options as RunOptions<Host>, scope, id));
  }

  async withIntent<Result, const Model extends ModelName<Models> = 'default'>(
    options: WithIntentOptions<Host, Catalogue, Models, Model>,
    typedBody: (audit: Audit<OwnColumns<Models, Model>>) => Result | Promise<Result>,
  ): Promise<Result> {
    const body = typedBody as (audit: Audit) => Result | Promise<Result>;
    if (!this.enabled) return body(this.audit);
    const { fields, data, ...rest } = options;
    const { scope } = this.#recorder;
    if (!('host' in options) && scope?.paused !== true) this.#requireActor(options.action);
    const input = fields === undefined ? undefined : fieldTreatments(fields);
    const intent = this.openIntent({ ...rest, action: options.action, actionDeclared: true, observer: 'manual', input });
    if (data !== undefined) intent.sawInput(data);
    return runIntent(intent, body);
  }

  pause<Result>(body: () => Result): Result {
    return this.#recorder.enter({ ...(this.#recorder.scope ?? noScope()), paused: true }, body);
  }

  async suppress<Result>(reason: string, body: () => Result | Promise<Result>): Promise<Result> {
    if (!this.enabled) return body();
    const outer = this.#requireActor(SUPPRESS_ACTION);
    const suppression = new Suppression(this.#recorder, outer, reason);
    try {
      return await this.#recorder.enter({ ...outer, intent: undefined, suppression }, body);
    } finally {
      await suppression.end();
    }
  }

  currentContext(): ActivityContext | undefined {
    return this.#recorder.scope?.context;
  }

  requireContext(): ActivityContext {
    return this.#requireScope().context;
  }

  currentFlow(): Flow | undefined {
    const { scope } = this.#recorder;
    return scope === undefined ? undefined : new ScopeFlow(scope);
  }

  async serializeContext(): Promise<SerializedContext> {
    const scope = this.#requireScope();
    return serializeScope(scope, (await scope.actor) ?? null);
  }

  resume<Result>(serialized: SerializedContext, options: ResumeOptions, body: () => Result): Result {
    if (!this.enabled) return body();
    const paused = this.#recorder.scope?.paused ?? false;
    const resumed = resumeScope(serialized, options);
    const flowActor = new FlowActor();
    flowActor.learn(resumed.actor);
    return this.#recorder.enter({ ...resumed, intent: undefined, paused, claims: new Claims(), flowActor, suppression: undefined }, body);
  }

  async check(): Promise<void> {
    if (this.enabled) await this.#store.check?.();
  }

  async drain(): Promise<number> {
    return this.enabled ? this.#recorder.delivery.drain() : 0;
  }

  flushSync(): void {
    if (this.enabled) this.#recorder.delivery.flushSync();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#recorder.close();
    if (this.enabled) await this.#recorder.delivery.close();
  }

  #trackChange<Data extends object>(verb: ChangeVerb, change: AuditedUpdate<Data>, options: TrackOptions): Promise<Receipt> {
    return this.#track(() => trackChange(verb, this.#withColumns(change), { recorder: this.#recorder, ...options }));
  }

  /** Own columns stand among the other facts in what a caller gives, and apart in what the helpers work with. */
  #withColumns<Given extends object>(given: Given): Given & ModelChoice {
    const { models } = this.#recorder.settings;
    return models === undefined ? given : { ...given, columns: models.pick(given as Given & ModelChoice) };
  }

  async #track(record: () => Promise<Receipt>): Promise<Receipt> {
    if (!this.enabled) return { id: '', status: 'ignored' };
    return this.#recorder.scope?.paused === true ? this.#recorder.ignore('') : record();
  }

  #requireActor(action: string): Scope {
    const { scope } = this.#recorder;
    if (scope?.actor === undefined) throw coreError('ACTOR_MISSING', action);
    return scope;
  }

  #requireScope(): Scope {
    const { scope } = this.#recorder;
    if (!this.enabled) return noScope();
    if (scope === undefined) throw coreError('CONTEXT_MISSING');
    return scope;
  }
}

/** Runs the body as the intent and ends it. The body's own error is thrown on, whatever the store says. */
async function runIntent<Result>(intent: Intent, body: (audit: Audit) => Result | Promise<Result>): Promise<Result> {
  let result: Result;
  try {
    result = await intent.run(() => body(intent));
  } catch (error) {
    await intent.end(endingOfError(error));
    throw error;
  }
  await intent.end({ outcome: 'success' });
  return result;
}
