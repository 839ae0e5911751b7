import { version, versionInfo } from 'graphql';
import { describe, expect } from 'vitest';

/** A suite whose name tells which graphql it ran with. */
export function describeOnGraphql(name: string, body: () => void): void {
  expect(versionInfo.major, 'the graphql that the configuration promises').toBe(Number(process.env['GRAPHQL_MAJOR']));
  describe(`graphql ${version}: ${name}`, body);
}
