import { createDeedlog, memoryStore } from '@deedlog/core';
import type { FindingItem } from '@deedlog/core';
import { auditHandler } from '@deedlog/http';
import { insertActivities, postgresReader } from '@deedlog/postgres';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { sampleActivity } from '../contract/sample-activity.ts';
import { testDatabase } from '../support/database.ts';
import { decide, invoices, readerOf } from './support/log.ts';

type Document = Readonly<Record<string, never>> & { readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>>>>; readonly components: { readonly schemas: Record<string, { properties?: object }> } };

const finding: FindingItem = { kind: 'unexplained-effect', table: 'public.x', key: '1', field: null, at: null, databaseUser: null, transaction: null, activityId: null, detail: null };

test('the document is valid OpenAPI 3.1', async () => {
  const deedlog = createDeedlog({ store: memoryStore(), actor: () => undefined });
  for (const reports of [undefined, { deedlog, actions: ['page.open'], authorize: () => true }]) {
    const handler = auditHandler({ reader: await readerOf([]), authorize: decide, ...(reports === undefined ? {} : { reports }) });
    const document = await (await handler(new Request('http://localhost/audit/api/openapi.json', { headers: { 'x-user': 'auditor' } }))).json() as Document;
    const { valid, errors } = await new Validator().validate(document);
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(Object.hasOwn(document.paths, '/api/reports')).toBe(reports !== undefined);
  }
  const broken = await new Validator().validate({ openapi: '3.1.1', info: {}, paths: { x: 1 } });
  expect(broken.valid).toBe(false);
});

test('real answers are what the document says, every property named', async () => {
  await using database = await testDatabase();
  const sample = sampleActivity();
  await insertActivities(database.client, [sample, ...invoices(30)]);
  await database.client.query(`insert into deedlog.relation (name) values ('public.invoice')`);
  await database.client.query(
    `insert into deedlog.effect (xact, at, tbl, op, activity_id, pk, changes) select pg_current_xact_id(), now(), r.id, 'U', a.id, '1', '{"a": [1, null]}' from deedlog.relation r, (values ($1::uuid), (null)) as a (id)`,
    [sample.id],
  );
  const reader = postgresReader(database.client, { findings: () => Promise.resolve([finding]), tables: { Invoice: 'public.invoice' } });
  const handler = auditHandler({ reader, authorize: decide });
  const get = (path: string, user: string | null = 'auditor'): Promise<Response> => handler(new Request(`http://localhost/audit${path}`, user === null ? {} : { headers: { 'x-user': user } }));
  const document = await (await get('/api/openapi.json')).json() as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: 'doc' } as object, 'doc');

  const check = async (path: string, template: string, status: number, user: string | null = 'auditor'): Promise<unknown> => {
    const response = await get(path, user);
    expect([path, response.status]).toEqual([path, status]);
    const pointer = `doc#/paths/${template.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/get/responses/${status}/content/application~1json/schema`;
    const body: unknown = await response.json();
    const validate = ajv.getSchema(pointer);
    if (validate === undefined) throw new Error(`no schema at ${pointer}`);
    const fits = await validate(body);
    expect([path, fits, validate.errors ?? []]).toEqual([path, true, []]);
    return body;
  };
  const page = await check('/api/activities?limit=40', '/api/activities', 200) as { results: { id: string; effects: object[] }[] };
  expect(page.results).toHaveLength(31);
  expect(page.results.find(({ id }) => id === sample.id)?.effects).toHaveLength(1);
  await check('/api/activities?count=0', '/api/activities', 200);
  await check('/api/activities?unexplained=1', '/api/activities', 200);
  await check(`/api/activities/${sample.id}`, '/api/activities/{id}', 200);
  await check('/api/activities/00000000-0000-4000-8000-000000000000', '/api/activities/{id}', 404);
  await check('/api/objects/Invoice/1', '/api/objects/{type}/{id}', 200);
  await check('/api/actors/ada', '/api/actors/{id}', 200);
  await check('/api/access/7', '/api/access/{id}', 200);
  await check('/api/chart?buckets=3', '/api/chart', 200);
  await check('/api/models', '/api/models', 200);
  await check('/api/findings', '/api/findings', 200);
  await check('/api/activities', '/api/activities', 200, 'acme');
  await check('/api/activities', '/api/activities', 401, null);
  await check('/api/activities', '/api/activities', 403, 'stranger');
  await check('/api/activities?limit=0', '/api/activities', 400);
});

test('every parameter that the document names is taken', async () => {
  const handler = auditHandler({ reader: await readerOf(invoices(3)), authorize: decide });
  const get = (path: string): Promise<Response> => handler(new Request(`http://localhost/audit${path}`, { headers: { 'x-user': 'auditor' } }));
  const document = await (await get('/api/openapi.json')).json() as unknown as { paths: Record<string, { get: { parameters: { $ref?: string }[] } }>; components: { parameters: Record<string, { name: string; in: string; schema: { enum?: string[]; minimum?: number; format?: string } }> } };
  for (const [path, { get: { parameters } }] of Object.entries(document.paths)) {
    for (const { $ref } of parameters) {
      const parameter = document.components.parameters[$ref?.split('/').at(-1) ?? ''];
      if (parameter === undefined || parameter.name === 'columns') continue;
      const { name, schema } = parameter;
      const value = schema.enum?.[0] ?? schema.minimum ?? (schema.format === 'date-time' ? '2026-11-01T00:00:00Z' : 'x');
      const response = await get(`${path.replace(/\{\w+\}/g, 'x')}?${name}=${value}`);
      const { code, message } = response.ok ? { code: '', message: '' } : await response.json() as Record<string, string>;
      if (response.ok) await response.body?.cancel();
      expect([path, name, code === 'HTTP_PARAMETER_INVALID' ? message : '']).toEqual([path, name, '']);
    }
  }
});
