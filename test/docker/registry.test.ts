import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HttpRegistry } from '../../src/docker/registry.ts';

let directory: string;
let server: Server;
let address: string;
let handle: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'belay-registry-'));
  vi.stubEnv('DOCKER_CONFIG', directory);
  server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

const tags = (options: { deadlineMs?: number } = {}, signal?: AbortSignal) =>
  new HttpRegistry(options).tags(`${address}/acme/server`, signal);
const logIn = (words: string) =>
  writeFile(
    join(directory, 'config.json'),
    JSON.stringify({ auths: { [address]: { auth: Buffer.from(words).toString('base64') } } }),
  );

it('follows the pages, and leaves out what is no tag', async () => {
  const paths: string[] = [];
  handle = ({ url = '' }, response) => {
    paths.push(url);
    const last = new URL(url, 'http://x').searchParams.get('last');
    if (!last) response.setHeader('link', '</v2/acme/server/tags/list?n=1000&last=2.0>; rel="next"');
    response.end(JSON.stringify({ tags: last ? ['3.0', '\u001b[31mred', 7] : ['1.0', '2.0'] }));
  };
  expect(await tags()).toEqual(['1.0', '2.0', '3.0']);
  expect(paths).toEqual(['/v2/acme/server/tags/list?n=1000', '/v2/acme/server/tags/list?n=1000&last=2.0']);
});

it('stops at a page that leads elsewhere, and at one that leads round in a circle', async () => {
  handle = (_request, response) => {
    response.setHeader('link', '<http://other.example/v2/x>; rel="next"').end('{"tags":["1.0"]}');
  };
  expect(await tags()).toEqual(['1.0']);
  handle = ({ url = '' }, response) => {
    response.setHeader('link', `<${url}>; rel="next"`).end('{"tags":["1.0"]}');
  };
  expect(await tags()).toHaveLength(100);
});

it('has no tags where the registry says null', async () => {
  handle = (_request, response) => void response.end('{"name":"acme/server","tags":null}');
  expect(await tags()).toEqual([]);
});

it('fetches a token where the registry asks for one, with the stored credentials', async () => {
  await logIn('ann:s3cret:x');
  const asked: string[] = [];
  handle = ({ url = '', headers }, response) => {
    asked.push(`${url} ${headers.authorization ?? '-'}`);
    if (url.startsWith('/token')) return void response.end('{"token":"T0KEN"}');
    if (headers.authorization === 'Bearer T0KEN') return void response.end('{"tags":["1.0"]}');
    response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${address}/token",service="reg"` }).end();
  };
  expect(await tags()).toEqual(['1.0']);
  const basic = `Basic ${Buffer.from('ann:s3cret:x').toString('base64')}`;
  expect(asked).toEqual([
    '/v2/acme/server/tags/list?n=1000 -',
    `/token?service=reg&scope=repository%3Aacme%2Fserver%3Apull ${basic}`,
    '/v2/acme/server/tags/list?n=1000 Bearer T0KEN',
  ]);
});

it('shows stored credentials only when it is asked for them', async () => {
  await logIn('ann:s3cret');
  const seen: (string | undefined)[] = [];
  handle = ({ headers }, response) => {
    seen.push(headers.authorization);
    if (headers.authorization) return void response.end('{"tags":["1.0"]}');
    response.writeHead(401, { 'www-authenticate': 'Basic realm="acme"' }).end();
  };
  expect(await tags()).toEqual(['1.0']);
  expect(seen).toEqual([undefined, `Basic ${Buffer.from('ann:s3cret').toString('base64')}`]);
});

it.each([
  [401, 'registry-failed'],
  [403, 'registry-failed'],
  [404, 'not-found'],
  [500, 'registry-failed'],
])('turns %i into %s, with a hint', async (status, code) => {
  handle = (_request, response) => void response.writeHead(status).end('{}');
  await expect(tags()).rejects.toMatchObject({ code, hint: expect.stringMatching(/\S/) });
});

it('gives up on a registry that does not answer, stops in the middle, or says too much', async () => {
  handle = () => {};
  await expect(tags({ deadlineMs: 200 })).rejects.toMatchObject({ code: 'registry-unreachable' });
  handle = (_request, response) => void response.write('{"tags":[');
  await expect(tags({ deadlineMs: 200 })).rejects.toMatchObject({ code: 'registry-unreachable' });
  handle = (_request, response) => void response.end(Buffer.alloc(9 * 1024 * 1024, ' '));
  await expect(tags()).rejects.toMatchObject({ code: 'registry-failed', message: expect.stringContaining('8 MiB') });
  handle = () => {};
  await expect(tags({}, AbortSignal.timeout(50))).rejects.toMatchObject({ code: 'interrupted' });
});

it('says that nobody is there', async () => {
  server.close();
  await expect(tags()).rejects.toMatchObject({ code: 'registry-unreachable', details: { reason: /ECONNREFUSED/ } });
});
