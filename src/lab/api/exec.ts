import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Execs } from '../execs.ts';
import { statusOf } from '../lab-error.ts';
import { type Call, type Route, route, unversioned } from '../router.ts';

const RAW_STREAM = 'application/vnd.docker.raw-stream';

async function start(execs: Execs, call: Call): Promise<void> {
  const id = call.params['id'] ?? '';
  const { Detach } = await call.body();
  execs.checkStartable(id);
  if (Detach === true) {
    void execs.run(id, null);
    return call.empty(200);
  }
  call.stream(RAW_STREAM);
  await execs.run(id, call.response);
  call.response.end();
}

export function execRoutes(execs: Execs): Route[] {
  return [
    route('POST', '/containers/{id}/exec', async (call) => {
      const body = await call.body();
      call.json(201, { Id: execs.create(call.params['id'] ?? '', body) });
    }),
    route('POST', '/exec/{id}/start', (call) => start(execs, call)),
    route('GET', '/exec/{id}/json', (call) => call.json(200, execs.inspect(call.params['id'] ?? ''))),
  ];
}

/**
 * A client that wants the connection itself (`Upgrade: tcp`) gets it, and the same framed output on it. What it
 * writes there is not read: a command in the lab has no standard input.
 */
export async function upgradeToExec(execs: Execs, request: IncomingMessage, socket: Duplex): Promise<void> {
  socket.on('error', () => {});
  const id = /^\/exec\/([^/]+)\/start$/.exec(unversioned(request.url ?? ''))?.[1] ?? '';
  try {
    execs.checkStartable(id);
  } catch (error) {
    const { status, message } = statusOf(error);
    const body = `${JSON.stringify({ message })}\n`;
    const head = [`HTTP/1.1 ${status} Failed`, 'Content-Type: application/json', `Content-Length: ${body.length}`];
    return void socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
  }
  const head = ['HTTP/1.1 101 UPGRADED', `Content-Type: ${RAW_STREAM}`, 'Connection: Upgrade', 'Upgrade: tcp'];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.resume();
  await execs.run(id, socket);
  socket.end();
}
