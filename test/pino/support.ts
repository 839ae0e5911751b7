import { createId } from '@deedlog/core';
import type { DurableEffect, RequestRecord } from '@deedlog/core';

export type ParsedLine = Readonly<Record<string, unknown>>;

/** What pino can write to, and the lines that came. */
export interface Lines {
  write(text: string): void;
  readonly texts: readonly string[];
  /** Each line parsed; throws where one is no JSON. */
  readonly parsed: readonly ParsedLine[];
}

export function lines(): Lines {
  const texts: string[] = [];
  return {
    write: (text) => void texts.push(text),
    texts,
    get parsed() {
      return texts.map(parseLine);
    },
  };
}

/** A line is one line: JSON and a line break, and no other one. */
export function parseLine(text: string): ParsedLine {
  if (!/^[^\n]*\n$/.test(text)) throw new Error(`not one line: ${JSON.stringify(text)}`);
  return JSON.parse(text) as ParsedLine;
}

export function sampleEffect(given: Partial<DurableEffect> = {}): DurableEffect {
  return {
    table: 'public.patient',
    op: 'U',
    key: '7',
    changes: { name: ['Ann', 'Anna'] },
    activityId: createId(),
    targetType: 'Patient',
    targetId: '7',
    targetLabel: 'Anna',
    actorKind: 'user',
    actorId: '42',
    actorLabel: 'Dr Who',
    onBehalfOf: null,
    occurredAt: new Date('2026-11-21T10:11:12.345Z'),
    source: 'ward-1',
    tenant: 'acme',
    correlationId: 'flow-1',
    ...given,
  };
}

export function sampleRequest(given: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: createId(),
    startedAt: new Date('2026-11-21T10:11:12.345Z'),
    requestType: 'internal',
    protocol: 'http',
    serviceName: 'ward',
    request: { method: 'POST', path: '/patients', endpoint: null, query: { page: '2' }, headers: { 'content-type': 'application/json' }, body: { title: 'hello' } },
    response: { statusCode: 201, headers: { 'content-type': 'application/json' }, body: { status: 'ok' } },
    error: null,
    executionTime: 5.25,
    ip: '192.0.2.1',
    requestId: 'r-1',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    tenant: 'acme',
    correlationId: 'flow-1',
    causationId: createId(),
    actorKind: 'user',
    actorId: '42',
    actorLabel: 'Dr Who',
    onBehalfOf: null,
    ...given,
  };
}

export function externalRequest(given: Partial<RequestRecord> = {}): RequestRecord {
  const { request } = sampleRequest();
  return sampleRequest({ requestType: 'external', protocol: 'https', serviceName: 'apollo', request: { ...request, endpoint: 'https://www.sample.com/patients' }, ...given });
}
