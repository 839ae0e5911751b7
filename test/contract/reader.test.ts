import { memoryReader, memoryStore } from '@deedlog/core';
import { insertActivities, postgresReader } from '@deedlog/postgres';
import { testDatabase } from '../support/database.ts';
import { readerContract } from './reader.ts';

readerContract('memoryReader', () => {
  const store = memoryStore();
  return Promise.resolve({
    reader: memoryReader(store),
    add: async (activities) => void (await store.write(activities)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

readerContract('postgresReader', async () => {
  const database = await testDatabase();
  return {
    reader: postgresReader(database.client),
    add: async (activities) => void (await insertActivities(database.client, activities)),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
});
