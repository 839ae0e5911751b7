import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { ROLES } from '../entities/staff.ts';

const claimsSchema = z.object({
  /** Id of the staff member. */
  sub: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  /** Id of the session. */
  jti: z.string(),
  /** RFC 8693: who acts for `sub`. */
  act: z.object({ sub: z.string(), name: z.string() }).optional(),
});

/** What a token of the clinic says. */
export type Claims = z.infer<typeof claimsSchema>;

/** `viewer` opens the log in a browser, and nothing else. */
export type TokenUse = 'access' | 'refresh' | 'viewer';

/** Seconds. An access token lives shortly, because only the database knows that its session has ended. */
export const LIFETIME: Readonly<Record<TokenUse, number>> = { access: 300, refresh: 86_400, viewer: 1800 };

/** `claims` is there whenever the signature is good: an expired token still says whose it was. */
export type Verified =
  | { readonly claims: Claims; readonly refused?: 'expired' }
  | { readonly claims?: undefined; readonly refused: 'invalid' };

/** Issues and verifies the clinic's tokens: HS256, one secret, the use in the audience. */
export class Tokens {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** `lifetime` in seconds; below zero it is born expired. */
  issue(use: TokenUse, claims: Claims, lifetime: number = LIFETIME[use]): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience(use)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetime)
      .sign(this.#secret);
  }

  async verify(use: TokenUse, token: string): Promise<Verified> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, { audience: use, algorithms: ['HS256'] });
      return { claims: claimsSchema.parse(payload) };
    } catch (error) {
      const expired = error instanceof errors.JWTExpired ? claimsSchema.safeParse(error.payload) : undefined;
      return expired?.success === true && expired.data !== undefined ? { claims: expired.data, refused: 'expired' } : { refused: 'invalid' };
    }
  }
}
