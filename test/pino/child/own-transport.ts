/** A logger of the application's own over the transport; the process ends without closing anything. */
import { AUDIT_LEVELS, pinoOptions } from '@deedlog/pino';
import { pino } from 'pino';

const [directory, kind] = process.argv.slice(2);
const transport = pino.transport({ target: '@deedlog/pino/transport', options: { directory } }) as object;
const logger = pino<'audit' | 'api'>(kind === 'plain' ? { customLevels: AUDIT_LEVELS } : pinoOptions(), transport as never);
logger.info('one');
logger.audit('two');
logger.api('three');
logger.warn('{"level":31} four');
