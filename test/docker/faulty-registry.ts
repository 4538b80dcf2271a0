import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a registry does to the layers of an image, or to its manifest. */
export type Fault =
  | 'none'
  | 'blob-500'
  | 'blob-truncated'
  | 'blob-stalled'
  | 'blob-flipped'
  | 'manifest-500'
  | 'down' // every connection is broken off
  | 'unauthorized';

export interface FaultyRegistry {
  /** `127.0.0.1:PORT` */
  address: string;
  /** For the repositories whose path contains the word. */
  setFault(word: string, fault: Fault): void;
  /** Paths of the layers that were asked for. */
  blobRequests: string[];
  /** Where in a layer it was asked for what follows, in bytes. */
  rangesFrom: number[];
  stop(): Promise<void>;
}

/** A proxy on loopback in front of a real registry, that breaks what it is told to break. */
export async function startFaultyRegistry(behind: string): Promise<FaultyRegistry> {
  const faults = new Map<string, Fault>();
  const blobRequests: string[] = [];
  const rangesFrom: number[] = [];
  const server = createServer((incoming, outgoing): unknown => {
    const path = incoming.url ?? '';
    const isBlob = path.includes('/blobs/');
    if (isBlob) blobRequests.push(path);
    const [, from] = /^bytes=(\d+)-/.exec(incoming.headers.range ?? '') ?? [];
    if (from) rangesFrom.push(Number(from));
    const fault = [...faults].find(([word]) => path.includes(word))?.[1] ?? 'none';
    if (fault === 'down') return incoming.socket.destroy();
    if (fault === 'unauthorized') return answer(outgoing, 401, { 'www-authenticate': 'Basic realm="test"' });
    if (fault === 'manifest-500' && path.includes('/manifests/')) return answer(outgoing, 500);
    if (fault === 'blob-500' && isBlob) return answer(outgoing, 500);
    // The engine asks for the rest of a layer that was cut: that is cut as well, or it would arrive in the end.
    if (fault === 'blob-truncated' && incoming.headers.range) return incoming.socket.destroy();
    return forward(behind, incoming, outgoing, isBlob ? fault : 'none');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    setFault: (word, fault) => faults.set(word, fault),
    blobRequests,
    rangesFrom,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(outgoing: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  outgoing.writeHead(status, { ...headers, 'content-length': 0 }).end();
}

function forward(behind: string, incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault): void {
  const headers = { ...incoming.headers, host: behind };
  const onward = request(`http://${behind}${incoming.url}`, { method: incoming.method, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const body = Buffer.concat(chunks);
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      // The image's configuration is a blob as well; only layers are large.
      if (fault === 'none' || body.length < 100_000) outgoing.end(body);
      else breakOff(outgoing, body, fault);
    });
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}

function breakOff(outgoing: ServerResponse, body: Buffer, fault: Fault): void {
  const half = body.subarray(0, body.length / 2);
  if (fault === 'blob-stalled') outgoing.write(half);
  else if (fault === 'blob-truncated') outgoing.write(half, () => outgoing.destroy());
  else {
    body[body.length - 1000] = (body[body.length - 1000] ?? 0) ^ 1;
    outgoing.end(body);
  }
}
