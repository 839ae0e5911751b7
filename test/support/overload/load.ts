/** `node load.ts <port> <requests per second>`: an open loop, which does not slow down with the server. */
import { Agent } from 'node:http';
import { sendOrder } from './order.ts';

const [port, perSecond] = process.argv.slice(2).map(Number) as [number, number];
const TICK_MS = 1;
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const began = performance.now();
let sent = 0;
let answered = 0;
let stopping = false;

const timer = setInterval(() => {
  for (const due = ((performance.now() - began) / 1000) * perSecond; sent < due; ) {
    sent++;
    void sendOrder(port, agent).then(() => {
      answered++;
      tellIfDone();
    });
  }
}, TICK_MS);

function tellIfDone(): void {
  if (!stopping || answered < sent) return;
  process.send?.({ answered });
  agent.destroy();
  process.disconnect();
}

process.on('message', () => {
  stopping = true;
  clearInterval(timer);
  tellIfDone();
});
