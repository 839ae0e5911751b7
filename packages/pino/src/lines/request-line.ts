import { cleanText } from '@deedlog/core';
import type { JsonObject, RequestRecord } from '@deedlog/core';
import { linkFields } from './activity-line.ts';
import type { Line } from './line.ts';
import { userFields } from './user-fields.ts';
import type { DescribeUser } from './user-fields.ts';

/** `audit.request`: a request that came in (internal), or a call that went out (external). Its time is its end. */
export function requestLine(record: RequestRecord, describe: DescribeUser | undefined): Line {
  return {
    shape: 'request',
    level: 'api',
    time: new Date(record.startedAt.getTime() + record.executionTime),
    message: record.requestType === 'internal' ? 'Audit Internal Request' : 'Audit External Service',
    fields: {
      name: 'audit.request',
      service_name: record.serviceName,
      request_type: record.requestType,
      protocol: record.protocol,
      request_repr: requestFields(record, describe),
      response_repr: responseFields(record),
      error_message: record.error === null ? null : cleanText(record.error),
      execution_time: record.executionTime,
      record: 'request',
      id: record.id,
      started_at: record.startedAt.toISOString(),
      on_behalf_of: linkFields(record.onBehalfOf),
      ip: record.ip,
      request_id: record.requestId,
      trace_id: record.traceId,
      tenant: record.tenant,
      correlation_id: record.correlationId,
      causation_id: record.causationId,
    },
  };
}

function requestFields(record: RequestRecord, describe: DescribeUser | undefined): JsonObject {
  const { method, path, endpoint, query, headers, body } = record.request;
  const external = record.requestType === 'external' ? { endpoint } : {};
  return { ...external, method, path, query_params: query, headers, user: userFields(record, describe), body };
}

function responseFields({ response }: RequestRecord): JsonObject {
  return response === null ? { status_code: null, headers: {}, body: null } : { status_code: response.statusCode, headers: response.headers, body: response.body };
}
