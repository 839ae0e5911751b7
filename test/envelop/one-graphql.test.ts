import { makeExecutableSchema } from '@graphql-tools/schema';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { GraphQLError, GraphQLSchema, version, versionInfo } from 'graphql';
import { createGraphQLError } from 'graphql-yoga';
import { expect, test } from 'vitest';
import { describeOnGraphql } from './support/version.ts';

describeOnGraphql('the copy under test', () => {
  test('is the major that the configuration names', () => {
    expect(versionInfo.major).toBe(Number(process.env['GRAPHQL_MAJOR']));
    expect(version).toMatch(new RegExp(`^${process.env['GRAPHQL_MAJOR']}\\.`));
  });

  test('is the only one: what the libraries make is of its classes', () => {
    const schema = makeExecutableSchema({ typeDefs: 'type Query { a: Int }' });
    expect(createGraphQLError('x')).toBeInstanceOf(GraphQLError);
    expect(schema).toBeInstanceOf(GraphQLSchema);
    expect(mapSchema(schema, { [MapperKind.OBJECT_TYPE]: (type) => type })).toBeInstanceOf(GraphQLSchema);
  });
});
