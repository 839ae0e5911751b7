import { connect } from 'node:net';

/** Sends bytes as they are; everything that comes back, byte by byte as latin1. */
export async function sendBytes(port: number, request: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(typeof request === 'string' ? Buffer.from(request, 'latin1') : request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

/** Two answers are given at two times. */
export function withoutDate(answer: string): string {
  return answer.replaceAll(/^date: .*$/gim, 'date: now');
}
