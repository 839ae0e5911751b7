import { runExample } from '../shared/run-example.ts';
import { startPassport } from './start.ts';

const HINT = `
curl -c /tmp/jar -H 'content-type: application/json' -d '{"email":"ada@example.com","password":"wrong horse"}' $URL/login
curl -c /tmp/jar -H 'content-type: application/json' -d '{"email":"ada@example.com","password":"correct horse"}' $URL/login
curl -b /tmp/jar -H 'content-type: application/json' -d '{"city":"Oslo"}' $URL/profile
curl -b /tmp/jar -X POST $URL/logout
`;

await runExample(startPassport, HINT);
