import { lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createEncrypted } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import { BelayError } from '../../domain/errors.ts';
import { isAnswering } from '../client/probe.ts';

/**
 * Serves the API on a unix socket of mode 0600, in a directory that is there. A socket file that a killed daemon has left is probed
 * and replaced; anything else in its place is refused.
 */
export async function listen(
  fetch: (request: Request, env: object) => Response | Promise<Response>,
  socketPath: string,
): Promise<Server> {
  await removeStale(socketPath);
  const server = createServer(getRequestListener(fetch));
  // The mode must be right from the first instant: between bind and chmod anybody could connect.
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socketPath, () => resolve());
    });
  } finally {
    process.umask(umask);
  }
  return server;
}

/** Whoever can connect is not known yet: nobody may hold a connection by saying little. */
const TCP_LIMITS: ServerOptions = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000 };
const MOST_CONNECTIONS = 256;

/** Serves on TCP, encrypted where there is a certificate. Rejects with what `net` says where it cannot listen. */
export async function listenOnTcp(
  fetch: (request: Request, env: object) => Response | Promise<Response>,
  { host, port, tls }: { host: string; port: number; tls: { cert: Buffer; key: Buffer } | null },
): Promise<Server> {
  const listener = getRequestListener(fetch);
  const server = tls
    ? createEncrypted({ ...TCP_LIMITS, ...tls, minVersion: 'TLSv1.2' }, listener)
    : createServer(TCP_LIMITS, listener);
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve());
  });
  return server;
}

async function removeStale(socketPath: string): Promise<void> {
  const found = lstatSync(socketPath, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) {
    throw new BelayError('refused', `${socketPath} is there already and is not a socket.`, {
      hint: 'Move it away, or choose another path with BELAY_SOCKET.',
    });
  }
  if (await isAnswering(socketPath)) {
    throw new BelayError('refused', `Another Belay daemon answers on ${socketPath}.`, {
      hint: 'Talk to it: belay show system',
    });
  }
  unlinkSync(socketPath);
}
