import { enterNode } from './node-log.ts';
import type { IncomingLike, OutgoingLike } from './node-like.ts';
import type { LogSetting } from './setting.ts';

interface FastifyRequestLike {
  readonly raw: IncomingLike;
}
interface FastifyReplyLike {
  readonly raw: OutgoingLike;
}
type Done = () => void;

/** The part of Fastify that the log works with. */
export interface FastifyLike {
  addHook(name: 'onRequest', hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: Done) => void): unknown;
  addHook(name: 'onError', hook: (request: FastifyRequestLike, reply: FastifyReplyLike, ...rest: [error: Error, done: Done]) => void): unknown;
}

/** A plugin of Fastify, for every route: `app.register(log.fastify)`, before other plugins. */
export type FastifyLogPlugin = (instance: FastifyLike, options: unknown, done: Done) => void;

export function fastifyPlugin(setting: LogSetting): FastifyLogPlugin {
  const plugin: FastifyLogPlugin = (instance, _options, done) => {
    instance.addHook('onRequest', (request, reply, next) => void enterNode(setting, { request: request.raw, response: reply.raw, told: request }, () => next()));
    instance.addHook('onError', ({ raw }, _reply, ...[error, next]) => {
      setting.entered.get(raw)?.failed(error);
      next();
    });
    done();
  };
  // Fastify's own sign for a plugin whose hooks are for the instance that it is registered on, as fastify-plugin sets it.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'deedlog' });
}
