import { Utils } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/core';
import { mikroOrmError } from './errors.ts';

/** The versions whose transaction events and internals were read and are tested. */
const SUPPORTED = { major: 7, minor: 2 };

/** The platform class that the PostgreSQL and the PGlite driver share. */
const POSTGRES_PLATFORM = 'BasePostgreSqlPlatform';

/** Throws `MIKRO_ORM_VERSION_UNSUPPORTED` or `MIKRO_ORM_DRIVER_UNSUPPORTED`. */
export function checkOrm(orm: MikroORM): void {
  const version = Utils.getORMVersion();
  const [major, minor] = version.split('.').map(Number);
  if (major !== SUPPORTED.major || minor === undefined || minor < SUPPORTED.minor) {
    throw mikroOrmError('MIKRO_ORM_VERSION_UNSUPPORTED', version);
  }
  const platform = orm.driver.getPlatform();
  if (!classNames(platform).includes(POSTGRES_PLATFORM)) {
    throw mikroOrmError('MIKRO_ORM_DRIVER_UNSUPPORTED', platform.constructor.name);
  }
}

/** By name, because the class lives in @mikro-orm/sql, which a host may not be able to import. */
function classNames(instance: object): string[] {
  const names: string[] = [];
  for (let proto: unknown = Object.getPrototypeOf(instance); proto instanceof Object; proto = Object.getPrototypeOf(proto)) {
    names.push(proto.constructor.name);
  }
  return names;
}
