// Compile-time contract of auditedSftp. `tsc -p tsconfig.json` is the test: each `@ts-expect-error` must be one.
import { auditedSftp } from '@deedlog/http';
import type { SftpClientLike } from '@deedlog/http';
import SftpClient from 'ssh2-sftp-client';

type Equal<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
const is = <_Claim extends true>(): void => undefined;

const options = { service: 'bank', sink: {} };

// The real client fits, and comes back as what it is.
const plain: SftpClientLike = new SftpClient();
void plain;
const client = auditedSftp(new SftpClient(), options);
is<Equal<typeof client, SftpClient>>();

// So does one with more of its own.
class Bank extends SftpClient {
  readonly iban = 'x';
}
is<Equal<ReturnType<typeof auditedSftp<Bank>>, Bank>>();

// @ts-expect-error an HTTP client is none
auditedSftp(fetch, options);
// @ts-expect-error the service has a name
auditedSftp(new SftpClient(), { sink: {} });
