import { normalizeAction } from '@deedlog/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test.each([
  ['invoice.approve', 'invoice.approve'],
  ['patient.updateName', 'patient.update-name'],
  ['CUSTOM_EVENT', 'custom.event'],
  ['VERY_CUSTOM_EVENT', 'very.custom_event'],
  ['Invoice Approve', 'invoice.approve'],
  ['invoice/approve', 'invoice.approve'],
  ['invoice..approve', 'invoice.approve'],
  [' .invoice.approve. ', 'invoice.approve'],
  ['ping', 'ping'],
  ['***', ''],
  ['', ''],
])('%j becomes %j', (action, normal) => {
  expect(normalizeAction(action)).toBe(normal);
});

test('a normal action stays as it is', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', 'B', '.', '_', '-', ' ', '/'), maxLength: 12 })), (action) => {
    const normal = normalizeAction(action);
    expect(normalizeAction(normal)).toBe(normal);
    expect(normal).toMatch(/^([a-z0-9][a-z0-9._-]*)?$/);
  }), { numRuns: 3000 });
});
