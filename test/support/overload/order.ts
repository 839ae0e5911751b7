import { request } from 'node:http';
import type { Agent } from 'node:http';

const ORDER = JSON.stringify({ items: Array.from({ length: 10 }, (_, index) => ({ sku: `sku-${index}`, count: index + 1, note: 'not allowed' })) });
const HEADERS = { 'content-type': 'application/json', 'content-length': String(ORDER.length), 'user-agent': 'overload' };

/** One request of the API; resolves when its answer has been read. */
export function sendOrder(port: number, agent: Agent, path = '/orders?page=2'): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', method: 'POST', path, headers: HEADERS, agent }, (response) => {
      response.resume().on('end', resolve).on('error', reject);
    })
      .on('error', reject)
      .end(ORDER);
  });
}
