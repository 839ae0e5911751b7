import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/http` can throw. */
export type HttpErrorCode = 'HTTP_HEADER_NAME_INVALID' | 'HTTP_TRUST_INVALID';

/** The table behind {@link HttpErrorCode}. */
export const httpErrors: Readonly<Record<HttpErrorCode, ErrorEntry>> = {
  HTTP_HEADER_NAME_INVALID: {
    meaning: 'an option of requestContext names a header that cannot exist, or one that carries credentials',
    remedy: 'Give the name of the header that your proxy sets, for example "x-request-id"; never cookie or authorization.',
  },
  HTTP_TRUST_INVALID: {
    meaning: 'the proxy trust rule of requestContext cannot be used',
    remedy: 'Give false, a number of hops, "loopback", "linklocal", "uniquelocal", addresses or CIDR ranges; to trust everybody is not on offer.',
  },
};

export const httpError: ErrorFactory<HttpErrorCode> = defineErrors(httpErrors);
