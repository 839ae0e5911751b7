import { requestLogContract } from './contract.ts';
import { adapters } from './support/adapters.ts';

for (const adapter of adapters) requestLogContract(adapter);
