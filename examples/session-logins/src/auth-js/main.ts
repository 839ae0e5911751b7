import { runExample } from '../shared/run-example.ts';
import { startAuthJs } from './start.ts';

const HINT = `
TOKEN=$(curl -s -c /tmp/jar $URL/auth/csrf | cut -d '"' -f 4)
curl -b /tmp/jar -c /tmp/jar -d csrfToken=$TOKEN -d email=ada@example.com -d 'password=wrong horse' $URL/auth/callback/credentials
curl -b /tmp/jar -c /tmp/jar -d csrfToken=$TOKEN -d email=ada@example.com -d 'password=correct horse' $URL/auth/callback/credentials
curl -b /tmp/jar -H 'content-type: application/json' -d '{"city":"Oslo"}' $URL/profile
curl -b /tmp/jar -c /tmp/jar -d csrfToken=$TOKEN $URL/auth/signout
`;

await runExample(startAuthJs, HINT);
