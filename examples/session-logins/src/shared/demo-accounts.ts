import { Accounts } from './accounts.ts';

/** The accounts of an example that is run by hand: one, `ada@example.com` with the password `correct horse`. */
export async function demoAccounts(): Promise<Accounts> {
  const accounts = new Accounts();
  await accounts.add({ email: 'ada@example.com', password: 'correct horse', name: 'Ada' });
  return accounts;
}
