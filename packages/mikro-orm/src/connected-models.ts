import type { ModelTables } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';

/** Orms that have a store, with the models that have tables of their own; they are let go when it closes. */
const connected = new WeakMap<MikroORM, ModelTables>();

export function isConnected(orm: MikroORM): boolean {
  return connected.has(orm);
}

export function connectModels(orm: MikroORM, models: ModelTables): void {
  connected.set(orm, models);
}

export function disconnect(orm: MikroORM): void {
  connected.delete(orm);
}

/** Those of the deedlog that is connected to this orm; none where there is none. */
export function connectedModels(orm: MikroORM): ModelTables {
  return connected.get(orm) ?? new Map();
}
