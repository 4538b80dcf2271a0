import { lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
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
