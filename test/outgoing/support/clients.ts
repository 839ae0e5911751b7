import { Writable } from 'node:stream';
import axios from 'axios';
import { GraphQLClient } from 'graphql-request';
import ky from 'ky';
import { fetch as undiciFetch, request, stream } from 'undici';
import { getWithNode } from './get-with-node.ts';

/** A way to call a URL with a header, and to read the answer to its end. */
export interface Client {
  readonly name: string;
  /** What sees it: undici's channels, or those of `node:http`. */
  readonly through: 'undici' | 'http';
  readonly call: (url: string, headers: Record<string, string>) => Promise<unknown>;
}

export const clients: readonly Client[] = [
  { name: 'global fetch', through: 'undici', call: async (url, headers) => (await fetch(url, { headers })).text() },
  { name: 'fetch of undici', through: 'undici', call: async (url, headers) => (await undiciFetch(url, { headers })).text() },
  { name: 'request of undici', through: 'undici', call: async (url, headers) => (await request(url, { headers })).body.text() },
  { name: 'stream of undici', through: 'undici', call: (url, headers) => stream(url, { method: 'GET', headers }, () => new Writable({ write: (_chunk, _encoding, done) => done() })) },
  { name: 'axios', through: 'http', call: (url, headers) => axios.get(url, { headers }) },
  { name: 'axios with its fetch adapter', through: 'undici', call: (url, headers) => axios.get(url, { headers, adapter: 'fetch' }) },
  { name: 'ky', through: 'undici', call: (url, headers) => ky.get(url, { headers }).text() },
  { name: 'node:http', through: 'http', call: getWithNode },
];

export function graphqlCall(url: string): Promise<unknown> {
  return new GraphQLClient(url).request('query Titles { title }');
}
