import { separateLog } from '@deedlog/mikro-orm';
import { MikroORM } from '@mikro-orm/postgresql';

/** A process that only relays, until it is killed: `node relay-child.ts <business url> <log url>`. */
const [businessUrl, logUrl] = process.argv.slice(2);
const options = { entities: [], discovery: { warnWhenNoEntities: false } };
const business = await MikroORM.init({ ...options, clientUrl: businessUrl ?? '' });
const log = await MikroORM.init({ ...options, clientUrl: logUrl ?? '' });
const relay = separateLog({ business, log, batchRows: 3, pollMs: 1 });
process.stdout.write('ready\n');
relay.start();
// Keeps the process alive; the relay's own timer would not.
setInterval(() => undefined, 60_000);
