import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { text } from 'node:stream/consumers';

/** Reads the answer to its end. */
export function getWithNode(url: string, headers: Record<string, string> = {}): Promise<string> {
  const get = url.startsWith('https:') ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      text(response).then(resolve, reject);
    }).once('error', reject);
  });
}
