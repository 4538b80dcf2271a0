import { createServer, request } from 'node:http';

/** What happens to the answers of the engine. */
export type ProxyMode =
  | 'pass'
  | 'cut' // half of every answer, then the connection is gone
  | 'stall' // half of every answer, then nothing any more
  | 'events cut'; // the stream of events says nothing, and ends after a second

export interface EngineProxy {
  /** As DOCKER_HOST has it. */
  dockerHost: string;
  set(mode: ProxyMode): void;
  stop(): Promise<void>;
}

/** A proxy on a socket of its own in front of a Docker Engine's. */
export async function startEngineProxy(engineSocket: string, socketPath: string): Promise<EngineProxy> {
  let mode: ProxyMode = 'pass';
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    if (mode === 'events cut' && url?.includes('/events')) {
      setTimeout(() => outgoing.destroy(), 1_000);
      return;
    }
    const onward = request({ socketPath: engineSocket, method, path: url, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', (chunk: Buffer) => {
        if (mode === 'cut' || mode === 'stall') chunks.push(chunk);
        else outgoing.write(chunk);
      });
      answer.on('end', () => {
        const whole = Buffer.concat(chunks);
        if (mode === 'cut') outgoing.write(whole.subarray(0, whole.length / 2), () => outgoing.destroy());
        else if (mode === 'stall') outgoing.write(whole.subarray(0, whole.length / 2));
        else outgoing.end(whole);
      });
      answer.on('error', () => outgoing.destroy());
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    dockerHost: `unix://${socketPath}`,
    set: (next) => {
      mode = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
