import { defineEntity } from '@mikro-orm/core';
import type { EntitySchema, InferEntityFromProperties } from '@mikro-orm/core';
import type { Activity, ActivityModel } from '@deedlog/core';
import { activityProperties } from './activity-properties.ts';
import { checkModel } from './check-model.ts';
import { modelColumns } from './model-columns.ts';

type Flat<Bag> = { [Key in keyof Bag]: Bag[Key] };

/** What the builders of `p` hold, without the marks that MikroORM puts on an entity's type. */
type Values<Properties extends Record<string, object>> = {
  -readonly [Name in keyof Properties]: Name extends keyof InferEntityFromProperties<Properties> ? InferEntityFromProperties<Properties>[Name] : never;
};

type NullableNames<Row> = { [Name in keyof Row]: null extends Row[Name] ? Name : never }[keyof Row];

/** What `trackActivity` takes: nullable columns may be left out. */
export type ModelInput<Properties extends Record<string, object>> = Flat<
  Omit<Values<Properties>, NullableNames<Values<Properties>>> & Partial<Pick<Values<Properties>, NullableNames<Values<Properties>>>>
>;

/** An activity of a model, as `em.find` returns it: its own columns beside those that every activity has. */
export type ModelActivity<Properties extends Record<string, object>> = Omit<Activity, 'model' | 'columns'> & Values<Properties>;

export interface ActivityModelOptions<Properties extends Record<string, object>> {
  /** Name of the entity. */
  readonly name: string;
  /** Name of its table, which `migrateDeedlog` makes in the schema `deedlog`: lower case letters, digits and `_`. */
  readonly table: string;
  /**
   * Own columns, by the builders of MikroORM's `p`: string, text, uuid, integer, smallint, bigint, decimal, double, float, boolean, datetime, json
   * and enum, with `nullable()`, `index()` and `fieldName()`. Anything else throws: it would not be kept.
   */
  readonly properties: Properties;
}

/**
 * A kind of activity with columns and a table of its own: name it in `models` of `createDeedlog`, and add it to the entities of your
 * orm to read it by `em.find`. A read-only entity, like {@link ActivityEntity}. Throws `MODEL_INVALID`.
 */
export function activityModel<const Properties extends Record<string, object>>(
  options: ActivityModelOptions<Properties>,
): EntitySchema<ModelActivity<Properties>> & ActivityModel<ModelInput<Properties>> {
  const { name, table, properties } = options;
  const columns = modelColumns(name, properties);
  checkModel(name, table, columns);
  const entity = defineEntity({
    name,
    expression: `select * from deedlog."${table}"`,
    properties: { ...activityProperties(), ...properties },
  });
  return Object.assign(entity as unknown as EntitySchema<ModelActivity<Properties>>, { deedlogModel: { table, columns } });
}
