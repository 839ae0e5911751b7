import type { SignedIn } from './log.ts';

/** Who is signed in, as the packages for frameworks find it: by asking Auth.js's own endpoint. */
export async function findSession(request: Request, auth: (request: Request) => Promise<Response>): Promise<SignedIn | null> {
  const cookie = request.headers.get('cookie') ?? '';
  const response = await auth(new Request(new URL('/auth/session', request.url), { headers: { cookie } }));
  return (await response.json()) as SignedIn | null;
}
