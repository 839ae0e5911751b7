import { auditLogs } from '@deedlog/pino';
import type { AuditLogs, AuditLogsOptions } from '@deedlog/pino';
import type { Activity, RequestRecord } from '@deedlog/core';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareActivity } from '../../contract/sample-activity.ts';
import { bareRequest } from '../../support/sample-request.ts';

export interface LogLine {
  readonly level: string;
  readonly timestamp: string;
  readonly name: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface LogBench extends AsyncDisposable {
  readonly directory: string;
  open(options?: Partial<AuditLogsOptions>): AuditLogs;
  /** Codes of what was reported, with the detail: `LOG_FILE_FAILED: audit.log`. */
  readonly problems: string[];
  path(file: string): string;
  files(start?: string): string[];
  text(file: string): string;
  /** Every line of a file, parsed: throws where one is no JSON. */
  lines(file: string): LogLine[];
  messages(file: string): string[];
}

/** A directory of its own; at the end its logs are closed and it is removed. */
export function logBench(): LogBench {
  const root = mkdtempSync(join(tmpdir(), 'deedlog-logs-'));
  const directory = join(root, 'logs');
  const problems: string[] = [];
  const opened: AuditLogs[] = [];
  const path = (file: string): string => join(directory, file);
  const text = (file: string): string => readFileSync(path(file), 'utf8');
  const lines = (file: string): LogLine[] => parseLines(text(file));
  return {
    directory,
    problems,
    path,
    text,
    lines,
    open: (options = {}) => {
      const logs = auditLogs({ directory, console: false, onProblem: ({ message }) => problems.push(message), ...options });
      opened.push(logs);
      return logs;
    },
    files: (start = '') => readdirSync(directory).filter((file) => file.startsWith(start)).toSorted(),
    messages: (file) => lines(file).map(({ message }) => message),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((logs) => logs.close()));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Throws where a line is no JSON, or the last one has no end. */
export function parseLines(text: string): LogLine[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error(`the last line has no end: ${text.slice(-80)}`);
  return text.slice(0, -1).split('\n').map((line) => JSON.parse(line) as LogLine);
}

export function activity(text: string): Activity {
  return bareActivity({ action: 'invoice.approve', actorKind: 'user', actorId: '7', targetType: 'Invoice', targetId: text, source: 'test', message: `approved ${text}` });
}

export function requestRecord(path: string): RequestRecord {
  const { request } = bareRequest();
  return bareRequest({ request: { ...request, path }, response: { statusCode: 200, headers: {}, body: null }, actorKind: 'anonymous' });
}
