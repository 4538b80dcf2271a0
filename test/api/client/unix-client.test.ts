import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createUnixClient } from '../../../src/api/client/unix-client.ts';
import type { BelayError } from '../../../src/domain/errors.ts';

let folder: string;
let socketPath: string;
let server: Server | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-client-'));
  socketPath = join(folder, 'sock');
});

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = null;
  await rm(folder, { recursive: true });
});

async function serve(listener: RequestListener): Promise<void> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(socketPath, resolve));
}

const clientOf = (more: { deadlineMs?: number; connect?: () => Promise<string>; appliance?: string } = {}) =>
  createUnixClient({
    connect: more.connect ?? (async () => socketPath),
    user: 'jürgen',
    appliance: more.appliance ?? null,
    clean: (text) => text.replaceAll('\x1b', ''),
    ...(more.deadlineMs === undefined ? {} : { deadlineMs: more.deadlineMs }),
  });

const codeOf = async (promise: Promise<unknown>): Promise<Pick<BelayError, 'code' | 'message' | 'hint'>> => {
  const error = await promise.then(
    () => expect.fail('should have failed'),
    (thrown: BelayError) => thrown,
  );
  return { code: error.code, message: error.message, hint: error.hint };
};

test('says who asks, about which appliance, and sends what is asked for', async () => {
  const seen: unknown[] = [];
  await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push([request.method, request.url, decodeURIComponent(String(request.headers['belay-user'])), body]);
    response.end('{"id":"O"}');
  });
  const client = clientOf({ appliance: 'acme' });
  await client.upgrade({ version: '2.1.0' });
  await client.releases({ limit: 5 });
  expect(seen).toEqual([
    ['POST', '/api/cluster/upgrade?appliance=acme', 'jürgen', '{"version":"2.1.0"}'],
    ['GET', '/api/releases?limit=5&appliance=acme', 'jürgen', ''],
  ]);
});

test('cleans every string of an answer, names of fields included', async () => {
  await serve((_request, response) => response.end('[{"na\\u001bme":"a\\u001b[31mcme"}]'));
  expect(await clientOf().appliances()).toEqual([{ name: 'a[31mcme' }]);
});

test('rejects with what the daemon says', async () => {
  await serve((_request, response) => {
    const error = { code: 'busy', message: 'bob is upgrading.', hint: 'show upgrade status', details: {} };
    response.writeHead(409).end(JSON.stringify({ error }));
  });
  expect(await codeOf(clientOf().rollback({}))).toEqual({
    code: 'busy',
    message: 'bob is upgrading.',
    hint: 'show upgrade status',
  });
});

test('says no-daemon where nothing answers, and where nothing answers in time', async () => {
  expect((await codeOf(clientOf().system())).code).toBe('no-daemon');
  await serve(() => {});
  expect((await codeOf(clientOf({ deadlineMs: 50 }).system())).code).toBe('no-daemon');
});

test('says no-daemon where the daemon goes away in the middle of an answer', async () => {
  await serve((_request, response) => {
    response.write('{"appl');
    setTimeout(() => response.destroy(), 20);
  });
  expect((await codeOf(clientOf().system())).code).toBe('no-daemon');
});

test('is interrupted by the signal', async () => {
  await serve(() => {});
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  expect((await codeOf(clientOf().system(stop.signal))).code).toBe('interrupted');
});

test('does not take something that is not JSON', async () => {
  await serve((_request, response) => response.end('<html>'));
  expect((await codeOf(clientOf().system())).code).toBe('internal');
});

test('connects anew, once, where the daemon that was there has gone', async () => {
  let calls = 0;
  const connect = async (): Promise<string> => {
    calls++;
    if (calls === 2) await serve((_request, response) => response.end('[]'));
    return socketPath;
  };
  expect(await clientOf({ connect }).appliances()).toEqual([]);
  expect(calls).toBe(2);
});

test('streams events until the signal aborts', async () => {
  await serve((_request, response) => {
    response.write(': hello\n\nevent: adopted\ndata: {"type":"adopted","appliance":"acme"}\n\n');
  });
  const stop = new AbortController();
  const seen: unknown[] = [];
  for await (const event of clientOf().events(stop.signal)) {
    seen.push(event);
    stop.abort();
  }
  expect(seen).toEqual([{ type: 'adopted', appliance: 'acme' }]);
});

test('ends the events when the daemon goes', async () => {
  await serve((_request, response) => {
    response.write(': hello\n\n');
    setTimeout(() => response.destroy(), 20);
  });
  expect(await Array.fromAsync(clientOf().events(new AbortController().signal))).toEqual([]);
});
