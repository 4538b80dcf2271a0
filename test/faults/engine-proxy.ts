import { connect, createServer, type Socket } from 'node:net';

/** What happens to the answers of the engine. */
export type ProxyMode =
  | 'pass'
  | 'cut' // half of the first piece of every answer, then the connection is gone
  | 'stall' // half of the first piece of every answer, then nothing any more
  | 'events cut'; // the stream of events says nothing, and ends after a second

export interface EngineProxy {
  /** As DOCKER_HOST has it. */
  dockerHost: string;
  set(mode: ProxyMode): void;
  stop(): Promise<void>;
}

/** A proxy on a socket of its own in front of a Docker Engine's: one request to a connection, as Belay asks. */
export async function startEngineProxy(engineSocket: string, socketPath: string): Promise<EngineProxy> {
  let mode: ProxyMode = 'pass';
  const open = new Set<Socket>();
  const server = createServer((incoming) => {
    const onward = connect(engineSocket);
    let isEvents = false;
    let isBroken = false;
    open.add(incoming);
    incoming
      .on('error', () => {})
      .on('close', () => {
        open.delete(incoming);
        onward.destroy();
      });
    onward.on('error', () => incoming.destroy());
    incoming.on('data', (chunk: Buffer) => {
      isEvents ||= chunk.toString('latin1').startsWith('GET /events');
      onward.write(chunk);
    });
    onward.on('data', (chunk: Buffer) => {
      if (isBroken || (isEvents && mode === 'events cut')) return;
      if (mode !== 'cut' && mode !== 'stall') return void incoming.write(chunk);
      isBroken = true;
      const half = chunk.subarray(0, chunk.length / 2);
      incoming.write(half, () => mode === 'cut' && incoming.destroy());
    });
    onward.on('end', () => {
      if (!isBroken) incoming.end();
    });
    if (mode === 'events cut') setTimeout(() => isEvents && incoming.destroy(), 1_000).unref();
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    dockerHost: `unix://${socketPath}`,
    set: (next) => {
      mode = next;
    },
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
