import type { Clinic } from '../clinic.ts';
import { SEED_PASSWORD } from '../seed.ts';
import { connect } from './clients.ts';
import type { Clients } from './clients.ts';
import { APPROVE, BOOK, BOOK_TWICE, PRESCRIBE } from './documents.ts';
import { refused } from './refused.ts';

// Ids of the seed.
const [ADA, BEN] = [1, 2];
const [MINA, ARTHUR] = [1, 2];
const [AMOXICILLIN, IBUPROFEN] = [1, 2];

/** A password that a newcomer gets; like every password it must not show up in the log. */
export const NEW_PASSWORD = 'purple monkey dishwasher';

/** A day at the clinic, over HTTP. Throws where something does not go as it should. */
export async function playTheDay({ url, jobs }: Pick<Clinic, 'url' | 'jobs'>): Promise<void> {
  const nobody = connect(url);
  const [ada, ben] = [await signIn(url, 'ada@clinic.example'), await arrive(url, nobody)];

  const patientId = await openFile(ben);
  await ben.trpc.patient.list.query();
  await refused('UNAUTHORIZED', nobody.trpc.patient.delete.mutate({ id: patientId, reason: 'Mischief' }));
  await refused('FORBIDDEN', ben.graphql.request(PRESCRIBE, { patient: patientId, medicine: AMOXICILLIN }));

  await ada.trpc.patient.view.query({ id: MINA });
  await prescribeAndApprove(ada);
  await jobs.idle();
  if (jobs.failures.length > 0) throw new AggregateError(jobs.failures, 'A job failed');

  await book(ada, ben);
  await ada.trpc.patient.delete.mutate({ id: patientId, reason: 'The patient asked for it' });
  await administrate(url, ben);
  await leave(ben);
}

async function signIn(url: string, email: string, password: string = SEED_PASSWORD): Promise<Clients> {
  const { accessToken } = await connect(url).trpc.auth.login.mutate({ email, password });
  return connect(url, accessToken);
}

/** A wrong password, an unknown address, then a login and a refresh; the spent refresh token serves no second time. */
async function arrive(url: string, nobody: Clients): Promise<Clients> {
  const { login, refresh } = nobody.trpc.auth;
  await refused('UNAUTHORIZED', login.mutate({ email: 'ben@clinic.example', password: 'hunter2-hunter2' }));
  await refused('UNAUTHORIZED', login.mutate({ email: 'mallory@clinic.example', password: 'letmein-letmein' }));
  const { refreshToken } = await login.mutate({ email: 'ben@clinic.example', password: SEED_PASSWORD });
  const { accessToken } = await refresh.mutate({ refreshToken });
  await refused('UNAUTHORIZED', refresh.mutate({ refreshToken }));
  return connect(url, accessToken);
}

async function openFile({ trpc }: Clients): Promise<number> {
  const { id } = await trpc.patient.create.mutate({ name: 'Lucy Westenra', phone: '555-0199' });
  await trpc.patient.update.mutate({ id, phone: '555-0200', diagnosis: 'Sleepwalking' });
  await refused('BAD_REQUEST', trpc.patient.create.mutate({ name: '', diagnosis: 'Nameless' }));
  return id;
}

/** A batch of two; one approval, which queues a job; one that the shelf does not allow, which is rolled back. */
async function prescribeAndApprove({ trpc, graphql }: Clients): Promise<void> {
  const [small, large] = await Promise.all([
    trpc.prescription.create.mutate({ patientId: MINA, medicineId: AMOXICILLIN, packs: 2 }),
    trpc.prescription.create.mutate({ patientId: ARTHUR, medicineId: AMOXICILLIN, packs: 50 }),
  ]);
  await graphql.request(APPROVE, { id: small.id, reason: 'Follows the guideline' });
  await refused('CONFLICT', graphql.request(APPROVE, { id: large.id, reason: 'He travels a lot' }));
}

/** Two aliases in one operation; a slot that is taken; two people at the same time over both APIs. */
async function book(ada: Clients, ben: Clients): Promise<void> {
  const [first, second, third] = ['2031-03-03T09:00:00Z', '2031-03-03T17:00:00Z', '2031-03-04T09:00:00Z'];
  await ben.graphql.request(BOOK_TWICE, { patient: MINA, other: ARTHUR, doctor: ADA, first, second });
  await refused('CONFLICT', ben.graphql.request(BOOK, { patient: MINA, doctor: ADA, startsAt: first }));
  const [booked] = await Promise.all([
    ben.trpc.appointment.book.mutate({ patientId: MINA, doctorId: ADA, startsAt: third }),
    ada.graphql.request(PRESCRIBE, { patient: ARTHUR, medicine: IBUPROFEN }),
    ben.trpc.patient.view.query({ id: ARTHUR }),
    ada.trpc.patient.update.mutate({ id: ARTHUR, phone: '555-0142' }),
  ]);
  await ada.trpc.appointment.cancel.mutate({ id: booked.id });
}

/** An admin adds a colleague, changes her role, acts for Ben, and reads the log. */
async function administrate(url: string, ben: Clients): Promise<void> {
  await refused('FORBIDDEN', ben.trpc.admin.setRole.mutate({ id: BEN, role: 'admin' }));
  const iris = await signIn(url, 'iris@clinic.example');
  const email = 'zoe@clinic.example';
  const { id } = await iris.trpc.admin.addStaff.mutate({ email, name: 'Zoe Lindqvist', role: 'nurse', password: NEW_PASSWORD });
  await iris.trpc.admin.setRole.mutate({ id, role: 'doctor' });
  const { accessToken } = await iris.trpc.admin.impersonate.mutate({ id: BEN, reason: 'Ticket 4711: he cannot save' });
  await connect(url, accessToken).trpc.patient.update.mutate({ id: MINA, phone: '555-0111' });
  await iris.trpc.admin.activities.query({ limit: 5 });
}

/** After the logout the token is refused, but the log still knows whose it was. */
async function leave(ben: Clients): Promise<void> {
  await ben.trpc.auth.logout.mutate();
  await refused('UNAUTHORIZED', ben.trpc.patient.view.query({ id: MINA }));
}
