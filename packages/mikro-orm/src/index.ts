export { ActivityEntity } from './activity-entity.ts';
export type { TargetLabels } from './describe-target.ts';
export { mikroOrmErrors } from './errors.ts';
export type { MikroOrmErrorCode } from './errors.ts';
export { withDeedlog } from './hide-schema.ts';
export { migrateDeedlog } from './migrate-deedlog.ts';
export { mikroOrmStore } from './mikro-orm-store.ts';
export type { MikroOrmStoreOptions } from './mikro-orm-store.ts';
