import { connect, createServer, type Socket } from 'node:net';

/** What happens to the answers of the engine. */
export type ProxyMode =
  | 'pass'
  | 'cut' // half of the first piece of every answer, then the connection is gone
  | 'stall' // half of the first piece of every answer, then nothing any more
  | 'too old' // refuses everything, as an engine does whose API ends below the one that is asked for
  | 'too new' // the same, of one whose API begins above it
  | 'events cut'; // the stream of events says nothing, and ends after a second

const REFUSALS: Partial<Record<ProxyMode, string>> = {
  'too old': 'client version 1.41 is too new. Maximum supported API version is 1.24',
  'too new':
    'client version 1.41 is too old. Minimum supported API version is 1.99, please upgrade your client to a newer version',
};

function refusal(message: string): string {
  const body = JSON.stringify({ message });
  const head = ['HTTP/1.1 400 Bad Request', 'Content-Type: application/json', `Content-Length: ${body.length}`];
  return `${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`;
}

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
      const said = REFUSALS[mode];
      if (said) return void incoming.end(refusal(said));
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
