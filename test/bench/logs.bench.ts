import { Agent } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { overloadedServer, steadyLoad } from '../support/overload/overloaded.ts';
import { sendOrder } from '../support/overload/order.ts';
import { interleave } from './interleave.ts';
import type { Variant } from './interleave.ts';
import type { Ratio } from './compare.ts';

/** Records that the sink takes in a second, and the requests that come: ten times more. */
const SINK = 20;
const LOAD = SINK * 10;

/** What is asked; the second needs a database. */
const PATHS = [
  ['JSON in, JSON out', '/orders?page=2'],
  ['five queries', '/stored?page=2'],
] as const;

/** Requests that each server answers before it is measured: a service is not asked once and ended. */
const WARM_UP = 3000;

/** Pairs of servers: two processes of the same code differ by a few per cent for as long as they live. */
const PAIRS = 5;

/** Latency of a request over HTTP while both servers get ten times more load than the sink of one takes, against the other without a log; the median pair. */
export async function logsBench(): Promise<readonly Ratio[]> {
  const pairs: (readonly Ratio[])[] = [];
  for (let pair = 0; pair < PAIRS; pair++) pairs.push(await comparePair());
  const [first = []] = pairs;
  return first.map((ratio, index) => pairs.flatMap((pair) => pair[index] ?? []).toSorted((one, other) => one.ratio - other.ratio)[Math.floor(PAIRS / 2)] ?? ratio);
}

async function comparePair(): Promise<readonly Ratio[]> {
  const paths = process.env['DATABASE_URL'] === undefined ? PATHS.slice(0, 1) : PATHS;
  const directory = await mkdtemp(join(tmpdir(), 'deedlog-bench-'));
  try {
    await using bare = await overloadedServer({ kind: 'bare', directory, perSecond: SINK });
    await using logged = await overloadedServer({ kind: 'logged', directory, perSecond: SINK });
    await using onBare = steadyLoad(bare.port, LOAD);
    await using onLogged = steadyLoad(logged.port, LOAD);
    const agent = new Agent({ keepAlive: true });
    for (let request = 0; request < WARM_UP; request++) for (const { port } of [bare, logged]) await sendOrder(port, agent);
    const ratios: Ratio[] = [];
    for (const [title, path] of paths) {
      const variant = (name: string, port: number, target: number | undefined): Variant => ({ name, target, prepare: () => Promise.resolve(() => sendOrder(port, agent, path)) });
      const variants = [variant('bare', bare.port, undefined), variant('with the request log', logged.port, 1.05)] as const;
      ratios.push(...(await interleave({ title: `10x overload, ${title}`, variants: [...variants], clear: () => Promise.resolve(), samples: 150 })));
    }
    await Promise.all([onBare.stop(), onLogged.stop()]);
    const { counters } = await logged.close();
    console.log(`  written ${counters.written}, dropped ${counters.dropped}, failed ${counters.failed}`);
    agent.destroy();
    return ratios;
  } finally {
    await rm(directory, { recursive: true });
  }
}
