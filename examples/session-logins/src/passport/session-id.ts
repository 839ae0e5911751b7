import { createHash } from 'node:crypto';

/**
 * What a record calls a session. The id of express-session is the key to the session and stands in the cookie, so it is hashed: 192 random bits cannot
 * be guessed back from their SHA-256.
 */
export function sessionIdOf(sessionID: string): string {
  return createHash('sha256').update(sessionID).digest('base64url');
}
