import { runExample } from '../shared/run-example.ts';
import { startBetterAuth } from './start.ts';

const HINT = `
curl -c /tmp/jar -H 'content-type: application/json' -d '{"name":"Ada","email":"ada@example.com","password":"correct horse"}' $URL/api/auth/sign-up/email
curl -H 'content-type: application/json' -d '{"email":"ada@example.com","password":"wrong horse"}' $URL/api/auth/sign-in/email
curl -b /tmp/jar -H 'content-type: application/json' -d '{"city":"Oslo"}' $URL/profile
curl -b /tmp/jar -H 'content-type: application/json' -H 'origin: $URL' -d '{}' $URL/api/auth/sign-out
`;

await runExample(startBetterAuth, HINT);
