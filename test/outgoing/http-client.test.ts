import { httpClient } from '@deedlog/http';
import { HTTPError, TimeoutError } from 'ky';
import { describe, expect, test } from 'vitest';
import { upstream } from './support/upstream.ts';
import { watched, watching } from './support/watched.ts';

describe('a client of a service', () => {
  test('records each call under the name of the service, once', async () => {
    const service = await upstream();
    const [own, log] = [watched(), watching()];
    const apollo = httpClient({ ...own.options, service: 'apollo', baseUrl: `${service.base}/echo`, query: ['page'], body: { request: ['name'], response: ['title'] } });
    await own.as('ada', async () => {
      expect(await apollo.get('people', { searchParams: { page: 2 } }).json()).toMatchObject({ title: 'answer' });
      expect(await apollo.post('people', { json: { name: 'new' } }).json()).toMatchObject({ sent: '{"name":"new"}' });
    });
    const records = await own.told(2);
    expect(records.map(({ serviceName, request, response, correlationId }) => [serviceName, request.method, request.path, request.query, request.body, response?.body, correlationId])).toEqual([
      ['apollo', 'GET', '/echo/people', { page: '2' }, null, { title: 'answer' }, 'flow-ada'],
      ['apollo', 'POST', '/echo/people', {}, { name: 'new' }, { title: 'answer' }, 'flow-ada'],
    ]);
    expect(service.arrivals[1]).toMatchObject({ body: '{"name":"new"}', headers: { 'content-length': '14' } });
    await log.told(0);
  });

  test('records every attempt', async () => {
    const service = await upstream();
    const own = watched();
    const apollo = httpClient({ ...own.options, service: 'apollo', baseUrl: service.base, ky: { retry: { limit: 2, delay: () => 1 }, timeout: 1000 } });
    await expect(own.as('ada', () => apollo.get('fail').text())).rejects.toBeInstanceOf(HTTPError);
    const records = await own.told(3);
    expect(records.map(({ response, correlationId }) => [response?.statusCode, correlationId])).toEqual(Array(3).fill([503, 'flow-ada']));
  });

  test('throws ky’s errors, and records what ended the call', async () => {
    const service = await upstream();
    const own = watched();
    const apollo = httpClient({ ...own.options, service: 'apollo', baseUrl: service.base, ky: { retry: 0, timeout: 30 } });
    await expect(apollo.get('hang').text()).rejects.toBeInstanceOf(TimeoutError);
    expect((await own.told(1))[0]).toMatchObject({ response: null, error: expect.stringMatching(/abort|timed? ?out/i) as string });
  });

  test('a whole URL of another host is that host’s', async () => {
    const [service, other] = [await upstream(), await upstream()];
    const own = watched();
    const apollo = httpClient({ ...own.options, service: 'apollo', baseUrl: service.base, services: { mars: other.host } });
    await apollo.get('/echo').text();
    await apollo.get(`${other.base}/echo`).text();
    expect((await own.told(2)).map(({ serviceName }) => serviceName)).toEqual(['apollo', 'mars']);
  });

  test('can be extended, as any ky', async () => {
    const service = await upstream();
    const own = watched();
    const apollo = httpClient({ ...own.options, service: 'apollo', baseUrl: service.base, ky: { headers: { 'x-app': 'clinic' } } }).extend({ headers: { 'x-more': 'yes' } });
    await apollo.get('echo').text();
    expect(service.arrivals[0]?.headers).toMatchObject({ 'x-app': 'clinic', 'x-more': 'yes' });
    await own.told(1);
  });

  test('without a name, or with a base that is no URL, it is not made', () => {
    const { options } = watched();
    expect(() => httpClient({ ...options, service: '', baseUrl: 'http://a.example' })).toThrow(expect.objectContaining({ code: 'HTTP_SERVICE_INVALID' }));
    expect(() => httpClient({ ...options, service: 'apollo', baseUrl: 'a.example' })).toThrow(expect.objectContaining({ code: 'HTTP_SERVICE_INVALID' }));
  });
});
