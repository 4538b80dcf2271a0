import type { ListenOptions, Server } from 'node:net';

/** Resolves when the server listens; rejects with what kept it from listening. */
export function listenOn(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
