import { startClinic } from './clinic.ts';

const DEFAULT_PORT = 3000;

const clinic = await startClinic({
  url: process.env['DATABASE_URL'],
  secret: process.env['CLINIC_SECRET'],
  hashKey: process.env['CLINIC_HASH_KEY'],
  logDirectory: process.env['CLINIC_LOGS'],
  port: Number(process.env['PORT'] ?? DEFAULT_PORT),
});
console.log(`${clinic.url} serves /trpc, /graphql, /audit and /health`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void clinic.close();
  });
}
