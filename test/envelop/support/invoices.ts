import { auditDirectiveTypeDefs } from '@deedlog/envelop';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLError } from 'graphql';
import type { GraphQLSchema } from 'graphql';

const typeDefs = /* GraphQL */ `
  type Query {
    invoice(id: ID!): Invoice
    secret(id: ID!): String
  }
  type Mutation {
    approve(id: ID!, amount: Int! = 10, note: Note): Invoice
    approveStrictly(id: ID!): Invoice!
    fail(id: ID, how: How!): Invoice
    failSync(how: How!): String
    pay(payment: Payment!): String
    bare: String
  }
  input Payment {
    amount: Int!
    currency: String! = "EUR"
    card: String
    note: Note
  }
  enum How {
    UNAUTHENTICATED
    FORBIDDEN
    NOT_FOUND
    NO_CODE
    PLAIN
    RETURNED
    STRING
    STATUS
  }
  scalar Note
  type Invoice {
    id: ID!
    amount: Int
    broken: String!
  }
`;

export type How = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'NOT_FOUND' | 'NO_CODE' | 'PLAIN' | 'RETURNED' | 'STRING' | 'STATUS';

const refusals: Readonly<Record<How, () => unknown>> = {
  UNAUTHENTICATED: () => new GraphQLError('Sign in first', { extensions: { code: 'UNAUTHENTICATED' } }),
  FORBIDDEN: () => new GraphQLError('Not yours', { extensions: { code: 'FORBIDDEN', http: { status: 403 } } }),
  NOT_FOUND: () => new GraphQLError('No such invoice', { extensions: { code: 'NOT_FOUND' } }),
  NO_CODE: () => new GraphQLError('Declared, without a code'),
  PLAIN: () => new Error('connect ECONNREFUSED 10.0.0.7, password hunter2'),
  RETURNED: () => new GraphQLError('Returned', { extensions: { code: 'CONFLICT' } }),
  STRING: () => 'thrown as text',
  STATUS: () => new GraphQLError('Yoga style', { extensions: { http: { status: 401 } } }),
};

/** What each way of failing is recorded as. */
export const outcomes: Readonly<Record<How, { outcome: string; code: string }>> = {
  UNAUTHENTICATED: { outcome: 'denied', code: 'UNAUTHENTICATED' },
  FORBIDDEN: { outcome: 'denied', code: 'FORBIDDEN' },
  NOT_FOUND: { outcome: 'failure', code: 'NOT_FOUND' },
  NO_CODE: { outcome: 'failure', code: 'INTERNAL_SERVER_ERROR' },
  PLAIN: { outcome: 'failure', code: 'INTERNAL_SERVER_ERROR' },
  RETURNED: { outcome: 'failure', code: 'CONFLICT' },
  STRING: { outcome: 'failure', code: 'INTERNAL_SERVER_ERROR' },
  STATUS: { outcome: 'denied', code: 'UNAUTHENTICATED' },
};

export const hows: readonly How[] = Object.keys(refusals) as How[];

function refuse(how: How): unknown {
  const refusal = refusals[how]();
  if (how === 'RETURNED') return refusal;
  throw refusal;
}

export interface InvoiceOptions {
  /** More SDL, for example `extend type Mutation { … }`. */
  readonly extend?: string;
  readonly resolvers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A schema of invoices; each call builds a new one. */
export function invoiceSchema({ extend = '', resolvers = {} }: InvoiceOptions = {}): GraphQLSchema {
  const invoice = ({ id, amount }: { id: string; amount?: number }) => ({ id, amount });
  return makeExecutableSchema({
    typeDefs: [auditDirectiveTypeDefs, typeDefs, extend],
    resolvers: [
      {
        Query: {
          invoice: (_: unknown, { id }: { id: string }) => ({ id, amount: 10 }),
          secret: () => 'nothing to see',
        },
        Mutation: {
          approve: async (_: unknown, args: { id: string; amount: number }) => {
            await new Promise(setImmediate);
            return invoice(args);
          },
          approveStrictly: (_: unknown, args: { id: string }) => invoice(args),
          fail: async (_: unknown, { how }: { how: How }) => {
            await Promise.resolve();
            return refuse(how);
          },
          failSync: (_: unknown, { how }: { how: How }) => refuse(how),
          pay: (_: unknown, { payment }: { payment: { amount: number } }) => `paid ${payment.amount}`,
          bare: () => 'done',
        },
        Invoice: {
          broken: () => {
            throw new Error('a nested field is broken');
          },
        },
      },
      resolvers,
    ],
  });
}
