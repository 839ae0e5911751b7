import { createTRPCClient, httpBatchLink } from '@trpc/client';
import type { TRPCClient } from '@trpc/client';
import { GraphQLClient } from 'graphql-request';
import type { AppRouter } from '../trpc/app-router.ts';

/** One client of each API, with one token for both. */
export interface Clients {
  readonly trpc: TRPCClient<AppRouter>;
  readonly graphql: GraphQLClient;
}

export function connect(url: string, accessToken?: string): Clients {
  const headers = { 'user-agent': 'clinic-demo', ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }) };
  return {
    trpc: createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${url}/trpc`, headers })] }),
    graphql: new GraphQLClient(`${url}/graphql`, { headers }),
  };
}
