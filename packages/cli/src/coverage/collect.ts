import type { Coverage } from '@deedlog/core';
import { cliError } from '../errors.ts';
import type { Session } from '../session.ts';

/** All that the configuration names: the orm's entities, the router's procedures, the schema's fields. Throws `CLI_CONFIG_LACKS`. */
export async function collectCoverage(session: Session): Promise<readonly Coverage[]> {
  const { orm, router, schema } = await session.config();
  if (orm === undefined && router === undefined && schema === undefined) throw cliError('CLI_CONFIG_LACKS', 'orm, router or schema');
  const found: Coverage[] = [];
  if (router !== undefined) found.push(...(await (await session.adapter('@deedlog/trpc')).routerCoverage(await router())));
  if (schema !== undefined) found.push(...(await session.adapter('@deedlog/envelop')).schemaCoverage(await schema()));
  const opened = await session.orm();
  if (opened !== undefined) found.push(...(await session.adapter('@deedlog/mikro-orm')).entityCoverage(opened));
  return found;
}

/** As the baseline names it: `procedure invoice.approve`. */
export function nameOf({ kind, name }: Coverage): string {
  return `${kind} ${name}`;
}
