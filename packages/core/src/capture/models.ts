import { coreError } from '../errors.ts';
import { columnValue, modelCell } from '../record/model-cell.ts';
import { DEFAULT_MODEL } from '../record/model.ts';
import type { ActivityModel, FillFacts, ModelColumn, ModelSetting, ModelSettings, ModelShape } from '../record/model.ts';
import type { IsDenied } from '../record/redact.ts';
import { LIMITS, safeText } from '../record/safe-text.ts';
import type { Json, JsonObject } from '../record/serialize.ts';
import { unheard } from '../thenable.ts';

type Bag = Readonly<Record<string, unknown>>;

/** Runs a step of the preparation: in lenient mode its error is collected, and the fallback stands. */
type Attempt = <Value>(step: () => Value, fallback: Value) => Value;

interface Model {
  readonly name: string;
  readonly shape: ModelShape | undefined;
  readonly columns: readonly (readonly [name: string, column: ModelColumn])[];
  readonly enabled: boolean;
  readonly fill: ModelSetting['fill'];
}

const PLAIN_DEFAULT: Model = { name: DEFAULT_MODEL, shape: undefined, columns: [], enabled: true, fill: undefined };

/** The library's own records (a gap, a suppression) have no own columns. */
const LIBRARY_ACTION = 'deedlog.';

/** The models that `createDeedlog` was given. */
export class Models {
  readonly #byName = new Map<string, Model>([[DEFAULT_MODEL, PLAIN_DEFAULT]]);
  readonly #isDenied: IsDenied;

  /** Throws `MODEL_INVALID`. */
  constructor(settings: ModelSettings, isDenied: IsDenied) {
    this.#isDenied = isDenied;
    for (const [name, setting] of Object.entries(settings)) this.#byName.set(name, modelOf(name, setting, isDenied));
    checkTables([...this.#byName.values()]);
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** The tables that a store must write to, by model. */
  get shapes(): ReadonlyMap<string, ModelShape> {
    const known = [...this.#byName.values()].flatMap(({ name, shape }) => (shape === undefined ? [] : [[name, shape] as const]));
    return new Map(known);
  }

  get someOff(): boolean {
    return [...this.#byName.values()].some(({ enabled }) => !enabled);
  }

  isOff(name: string): boolean {
    return this.#byName.get(name)?.enabled === false;
  }

  /** The name under which a record is stored. Throws `MODEL_UNKNOWN`. */
  checkedName(name: string | undefined): string {
    if (name === undefined || this.#byName.has(name)) return name ?? DEFAULT_MODEL;
    throw coreError('MODEL_UNKNOWN', JSON.stringify(safeText(name, LIMITS.name)));
  }

  /** A record that nobody is there to give columns to needs a `fill`. Throws `MODEL_UNKNOWN`, `MODEL_COLUMN_MISSING`. */
  checkFallback(name: string): void {
    const model = this.#byName.get(this.checkedName(name));
    const required = model?.columns.find(([, { nullable }]) => !nullable);
    if (required === undefined || model?.fill !== undefined || model?.enabled === false) return;
    throw coreError('MODEL_COLUMN_MISSING', `${required[0]} of model "${name}", which has no fill`);
  }

  /** What of a tracked activity is an own column of its model. */
  pick(given: { readonly model?: string | undefined }): Bag | undefined {
    const activity: { readonly model?: string | undefined; readonly [name: string]: unknown } = given;
    const { columns = [] } = this.#byName.get(activity.model ?? DEFAULT_MODEL) ?? {};
    if (columns.length === 0) return undefined;
    return Object.fromEntries(columns.filter(([name]) => name in activity).map(([name]) => [name, activity[name]]));
  }

  /** The own columns of a record: what was said, then what `fill` says. Null where its model has none. */
  columnsOf(facts: FillFacts, given: Bag | undefined, attempt: Attempt): JsonObject | null {
    const model = this.#byName.get(facts.model);
    if (model === undefined || model.columns.length === 0 || !model.enabled) return null;
    const filled = attempt(() => fillOf(model, facts), undefined);
    const cells: Record<string, Json> = {};
    for (const [name, column] of model.columns) {
      cells[name] = attempt(() => {
        const value = columnValue(given, name) ?? columnValue(filled, name) ?? null;
        if (value === null) return missing(name, column, facts);
        return modelCell(name, column, { value, isDenied: this.#isDenied });
      }, null);
    }
    return cells;
  }
}

function fillOf({ name, fill }: Model, facts: FillFacts): Bag | undefined {
  try {
    return unheard(fill?.(facts));
  } catch (cause) {
    throw coreError('MODEL_FILL_FAILED', `"${name}"`, cause);
  }
}

function missing(name: string, column: ModelColumn, { outcome, action, model }: FillFacts): null {
  // What was refused or failed may have ended before anybody could say it.
  if (column.nullable || outcome !== 'success' || action.startsWith(LIBRARY_ACTION)) return null;
  throw coreError('MODEL_COLUMN_MISSING', `${name} of model "${model}"`);
}

function modelOf(name: string, given: ActivityModel | ModelSetting, isDenied: IsDenied): Model {
  const setting: ModelSetting = 'deedlogModel' in given ? { model: given } : given;
  const { model, enabled = true, fill } = setting;
  const shape = model?.deedlogModel;
  if (shape === undefined && name !== DEFAULT_MODEL) throw coreError('MODEL_INVALID', `"${name}" has no model`);
  const columns = Object.entries(shape?.columns ?? {});
  const denied = columns.find(([property, { column }]) => isDenied(property) || isDenied(column));
  if (denied !== undefined) throw coreError('MODEL_INVALID', `"${name}": the deny-list catches column "${denied[0]}"`);
  return { name, shape, columns, enabled, fill };
}

function checkTables(models: readonly Model[]): void {
  const tables = models.flatMap(({ shape }) => (shape === undefined ? [] : [shape.table]));
  const twice = tables.find((table, index) => tables.indexOf(table) !== index);
  if (twice !== undefined) throw coreError('MODEL_INVALID', `table "${twice}" belongs to two models`);
}
