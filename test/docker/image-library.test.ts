import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpImageLibrary } from '../../src/docker/image-library.ts';

const digestOf = (bytes: string | Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const PLATFORM = { os: 'linux', architecture: 'amd64' };
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';

let server: Server;
let repository: string;
let handle: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  repository = `127.0.0.1:${(server.address() as AddressInfo).port}/acme/server`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const signal = new AbortController().signal;
const library = new HttpImageLibrary();
const content = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 251));
const part = { mediaType: 'x', digest: digestOf(content), sizeBytes: content.length };
const read = async (offsetBytes = 0, abort: AbortSignal = signal) =>
  Buffer.concat(await Array.fromAsync(library.blob(repository, part, offsetBytes, abort)));
const offsetOf = ({ headers }: IncomingMessage) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);

describe('a part of an image', () => {
  it('is taken up where its connection broke off, again and again', async () => {
    const offsets: number[] = [];
    handle = (request, response) => {
      const from = offsetOf(request);
      offsets.push(from);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from });
      response.write(content.subarray(from, from + 20_000), () => setTimeout(() => response.destroy(), 20));
    };
    expect((await read()).equals(content)).toBe(true);
    expect(offsets).toEqual([0, 20_000, 40_000]);
  });

  it('is taken up also where the registry knows no ranges', async () => {
    handle = (_request, response) => void response.end(content);
    expect((await read(12_345)).equals(content.subarray(12_345))).toBe(true);
    expect(await read(content.length)).toHaveLength(0);
  });

  it('is given up where nothing more comes, and where more comes than there is', async () => {
    handle = (_request, response) => void response.destroy();
    await expect(read()).rejects.toMatchObject({ code: 'registry-unreachable' });
    handle = (_request, response) => void response.end(Buffer.concat([content, content]));
    await expect(read()).rejects.toMatchObject({ code: 'registry-failed' });
    handle = (_request, response) => void response.writeHead(404).end();
    await expect(read()).rejects.toMatchObject({ code: 'not-found' });
    handle = () => {};
    await expect(read(0, AbortSignal.timeout(50))).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('what an image consists of', () => {
  const layers = [{ mediaType: 'l', digest: digestOf('l'), size: 1 }];
  const config = { mediaType: 'c', digest: digestOf('c'), size: 1 };
  const manifest = JSON.stringify({ schemaVersion: 2, config, layers });
  const index = (...platforms: string[]) =>
    JSON.stringify({
      schemaVersion: 2,
      manifests: platforms.map((architecture) => ({
        mediaType: IMAGE,
        digest: digestOf(manifest),
        size: manifest.length,
        platform: { os: 'linux', architecture },
      })),
    });
  const serving =
    (...texts: string[]): typeof handle =>
    ({ url = '' }, response) => {
      const found = texts.find((text) => url.endsWith(digestOf(text)));
      response.writeHead(found ? 200 : 404, { 'content-type': `${IMAGE}; charset=utf-8` }).end(found);
    };
  const parts = (digest: string) => library.parts(repository, digest, PLATFORM, signal);

  it('is read by digest, through an index to the image for the platform', async () => {
    const list = index('arm64', 'amd64');
    handle = serving(manifest, list);
    expect(await parts(digestOf(manifest))).toMatchObject({
      index: null,
      manifest: { text: manifest, mediaType: IMAGE },
    });
    expect(await parts(digestOf(list))).toMatchObject({ index: { text: list }, config: { digest: config.digest } });
    await expect(parts(digestOf(index('arm64')))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is refused where the image is not made for the platform, and where it is not what its digest says', async () => {
    const list = index('arm64', 's390x');
    handle = serving(list);
    await expect(parts(digestOf(list))).rejects.toThrow('The image is not made for linux/amd64.');
    handle = (_request, response) => void response.end(manifest.replace('2', '3'));
    await expect(parts(digestOf(manifest))).rejects.toMatchObject({ code: 'registry-failed' });
    expect(await library.digestOf(repository, '2.0', signal)).toMatch(/^sha256:/);
    handle = (_request, response) => void response.writeHead(404).end();
    expect(await library.digestOf(repository, '2.0', signal)).toBeNull();
  });

  it.each([
    ['of the old kind', { schemaVersion: 1, fsLayers: [] }],
    ['with a layer elsewhere', { schemaVersion: 2, config, layers: [{ ...layers[0], urls: ['https://x'] }] }],
    ['with a digest that is none', { schemaVersion: 2, config: { ...config, digest: '../x' }, layers }],
    ['with a size that is none', { schemaVersion: 2, config, layers: [{ ...layers[0], size: -1 }] }],
    ['that is no object', [1]],
  ])('is refused where it is a manifest %s', async (_, value) => {
    const text = JSON.stringify(value);
    handle = serving(text);
    await expect(parts(digestOf(text))).rejects.toMatchObject({ code: 'refused' });
  });
});
