import type { SinkLoss } from '@deedlog/core';
import type { Line } from './line.ts';

/** `audit.delivery`: records that got no line. */
export function lossLine({ dropped, from, until }: SinkLoss): Line {
  return {
    shape: 'loss',
    level: 'warn',
    time: until,
    message: `${dropped} audit ${dropped === 1 ? 'record was' : 'records were'} dropped before ${dropped === 1 ? 'it' : 'they'} could be written`,
    fields: { name: 'audit.delivery', record: 'loss', dropped, from: from.toISOString(), until: until.toISOString() },
  };
}
