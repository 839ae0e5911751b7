/** Runs as a user who may not write everything; says what is reported, and the counts whenever they change. */
import { auditLogs } from '@deedlog/pino';

const [directory = ''] = process.argv.slice(2);
try {
  const logs = auditLogs({ directory, console: false, onProblem: ({ code, cause }) => tell(`${code} ${(cause as NodeJS.ErrnoException).code}`) });
  let open = true;
  process.stdin.on('end', () => (open = false)).resume();
  let told = '';
  while (open) {
    logs.logger.info('line');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { written, lost } = logs.counters.files.app;
    const state = `${written > 0 ? 'written' : ''} ${lost > 0 ? 'lost' : ''}`.trim();
    if (state !== told) tell((told = state));
  }
  await logs.close();
} catch (error) {
  const { code, cause } = error as { code: string; cause: NodeJS.ErrnoException };
  tell(`thrown ${code} ${cause.code}`);
}

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}
