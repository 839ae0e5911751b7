import type { Activity } from './activity.ts';
import type { Json } from './serialize.ts';

/** The model of every activity that names no other. */
export const DEFAULT_MODEL = 'default';

/** Types that an own column may have, as PostgreSQL writes them. */
export type ModelColumnType =
  | 'text' | 'uuid' | 'integer' | 'bigint' | 'numeric' | 'double precision' | 'boolean' | 'timestamp with time zone' | 'jsonb';

/** An own column of a model. */
export interface ModelColumn {
  /** Its name in the database. */
  readonly column: string;
  readonly type: ModelColumnType;
  readonly nullable: boolean;
  readonly indexed: boolean;
  /** The values it may have. Absent: any of its type. */
  readonly items?: readonly Json[];
}

/** Own columns of a model by property name, and the table that its records are in. */
export interface ModelShape<Columns extends object = object> {
  /** Name of its table in the schema `deedlog`. */
  readonly table: string;
  readonly columns: Readonly<Record<string, ModelColumn>>;
  /** For the compiler only: what `trackActivity` takes. */
  readonly '~columns'?: Columns;
}

/** A named kind of activity with columns of its own, for example from `activityModel` of `@deedlog/mikro-orm`. */
export interface ActivityModel<Columns extends object = object> {
  readonly deedlogModel: ModelShape<Columns>;
}

/** What `fill` may look at: the record as it will be stored, its own columns excepted. */
export type FillFacts = Omit<Activity, 'columns'>;

/** A model as `createDeedlog` takes it where the model alone does not do. */
export interface ModelSetting {
  /** May be absent for `default`, whose records are then in `deedlog.activity`. */
  readonly model?: ActivityModel;
  /** False: nothing of this model is recorded. Default true. */
  readonly enabled?: boolean;
  /** Values of own columns that nobody named, for records that adapters make: `({ tenant }) => ({ team: tenant })`. */
  readonly fill?: (facts: FillFacts) => Readonly<Record<string, unknown>>;
}

/** The models of an application by name. */
export type ModelSettings = Readonly<Record<string, ActivityModel | ModelSetting>>;

/** Names of the models; `default` always is one. */
export type ModelName<Models extends ModelSettings> = 'default' | (string extends keyof Models ? never : Extract<keyof Models, string>);

type NoColumns = Record<never, never>;

type SettingOf<Models extends ModelSettings, Name> = string extends keyof Models ? undefined : Name extends keyof Models ? Models[Name] : undefined;

type ColumnsOfSetting<Setting> = Setting extends ActivityModel<infer Columns>
  ? Columns
  : Setting extends { readonly model: ActivityModel<infer Columns> }
    ? Columns
    : NoColumns;

type FilledBy<Setting> = Setting extends { readonly fill: (facts: never) => infer Filled } ? keyof Filled : never;

/** The own columns of a model: nullable ones are optional. */
export type OwnColumns<Models extends ModelSettings, Name extends ModelName<Models>> = ColumnsOfSetting<SettingOf<Models, Name>>;

type Optional<Columns, Names> = Omit<Columns, Names & keyof Columns> & Partial<Pick<Columns, Names & keyof Columns>>;

/** What must be said about a model's own columns; those that `fill` fills are optional. */
export type ColumnsFact<Models extends ModelSettings, Name extends ModelName<Models>> = Readonly<
  Optional<OwnColumns<Models, Name>, FilledBy<SettingOf<Models, Name>>>
>;

/** What a helper takes beside its own facts: the kind of activity (default `default`), and its own columns. */
export type ModelFact<Models extends ModelSettings, Name extends ModelName<Models>> = { readonly model?: Name } & ColumnsFact<Models, Name>;

type KeyOfAny<Union> = Union extends unknown ? keyof Union : never;
type ValueOfAny<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never;
type Merged<Union> = { [Key in KeyOfAny<Union>]: ValueOfAny<Union, Key> };
type OwnColumnsOfAny<Models extends ModelSettings, Names extends ModelName<Models>> = { [Name in Names]: OwnColumns<Models, Name> }[Names];

/** The own columns of one model, or of all of `Names` where it shows at run time only which one it is. */
export type AuditColumns<Models extends ModelSettings, Names extends ModelName<Models> = ModelName<Models>> = string extends keyof Models
  ? Readonly<Record<string, unknown>>
  : Merged<OwnColumnsOfAny<Models, Names>>;
