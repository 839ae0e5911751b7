import { GraphQLError } from 'graphql';
import type { z } from 'zod';
import { requireSession } from '../auth/require.ts';
import type { Act } from '../domain/act.ts';
import type { GraphqlContext } from './graphql-context.ts';

type Resolver<Result> = (parent: unknown, args: unknown, context: GraphqlContext) => Promise<Result>;

/** The resolver of an act: somebody is signed in, the arguments fit the domain's schema, the EntityManager is its own. */
export function act<Schema extends z.ZodType, Result>(
  schema: Schema,
  body: (act: Act, input: z.infer<Schema>) => Promise<Result>,
): Resolver<Result> {
  return (_parent, args, { em, deedlog, jobs, audit, ...identity }) => {
    const session = requireSession(identity);
    const parsed = schema.safeParse(args);
    if (!parsed.success) {
      const paths = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
      throw new GraphQLError(`Not accepted: ${paths}`, { extensions: { code: 'BAD_USER_INPUT' } });
    }
    return body({ em: em.fork(), deedlog, jobs, audit, session }, parsed.data);
  };
}
