import type { ModelSettings, ModelShape } from '../record/model.ts';

/** The models that have own columns and a table, by name. */
export function modelShapes(settings: ModelSettings): ReadonlyMap<string, ModelShape> {
  const shapes = Object.entries(settings).flatMap(([name, setting]) => {
    const shape = 'deedlogModel' in setting ? setting.deedlogModel : setting.model?.deedlogModel;
    return shape === undefined ? [] : [[name, shape] as const];
  });
  return new Map(shapes);
}
