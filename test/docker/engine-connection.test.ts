import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineConnection } from '../../src/docker/engine-connection.ts';
import { jsonLines } from '../../src/docker/ndjson.ts';

let directory: string;
let server: Server | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'belay-connection-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  server = null;
  await rm(directory, { recursive: true, force: true });
});

async function engineThat(listener: RequestListener): Promise<string> {
  const socketPath = join(directory, 'sock');
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(socketPath, resolve));
  return socketPath;
}
const ask = (socketPath: string, more: { deadlineMs?: number; signal?: AbortSignal } = {}) =>
  new EngineConnection(socketPath).json({ method: 'GET', path: '/info', ...more });

describe('an answer', () => {
  it('is JSON, or null without a body', async () => {
    const socketPath = await engineThat((request, response) =>
      request.url?.startsWith('/info') ? response.end('{"a":[1]}') : response.writeHead(204).end(),
    );
    expect(await ask(socketPath)).toEqual({ a: [1] });
    expect(await new EngineConnection(socketPath).json({ method: 'POST', path: '/x' })).toBeNull();
  });

  it('carries the engine’s own sentence and status when it is a refusal', async () => {
    const socketPath = await engineThat((_request, response) =>
      response.writeHead(409, { 'content-type': 'application/json' }).end('{"message":"You cannot\\nremove it."}'),
    );
    await expect(ask(socketPath)).rejects.toMatchObject({
      code: 'engine-failed',
      message: 'The Docker Engine refused: You cannot remove it.',
      details: { status: 409, engine: 'You cannot\nremove it.' },
    });
  });

  it('that is cut in the middle fails at once', async () => {
    const socketPath = await engineThat((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"a":');
      setTimeout(() => response.destroy(), 50);
    });
    await expect(ask(socketPath)).rejects.toMatchObject({ code: 'engine-unreachable', message: /broke off/ });
  });

  it.each([
    ['never begins', false, 200],
    ['stalls in the middle', true, 200],
    ['stalls in the middle of a refusal', true, 500],
  ])('that %s fails at its deadline', async (_what, begins, status) => {
    const socketPath = await engineThat((_request, response) => {
      if (begins) response.writeHead(status, { 'content-length': 100 }).write('{"a":');
    });
    await expect(ask(socketPath, { deadlineMs: 200 })).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: 'The Docker Engine did not answer within 0.2 s.',
    });
  });

  it('is not waited for any longer when the caller gives up', async () => {
    const socketPath = await engineThat((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"a":');
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(ask(socketPath, { signal: controller.signal })).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('that is no JSON is an error', async () => {
    const socketPath = await engineThat((_request, response) => response.end('<html>'));
    await expect(ask(socketPath)).rejects.toMatchObject({ code: 'engine-failed' });
  });
});

describe('a stream', () => {
  const lines = async (socketPath: string, signal?: AbortSignal) => {
    const chunks = new EngineConnection(socketPath).chunks({ method: 'GET', path: '/events', signal });
    const seen = [];
    for await (const line of jsonLines(chunks)) seen.push(line);
    return seen;
  };

  it('gives its lines, however they are cut into chunks', async () => {
    const socketPath = await engineThat(async (_request, response) => {
      for (const part of ['{"a"', ':"é"}\r\n\n{"b":2}\n{"c', '":3}\n']) {
        response.write(part);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      response.end();
    });
    expect(await lines(socketPath)).toEqual([{ a: 'é' }, { b: 2 }, { c: 3 }]);
  });

  it('whose last line is cut off is broken, also when the connection ends in order', async () => {
    const socketPath = await engineThat((_request, response) => response.end('{"a":1}\n{"b":'));
    await expect(lines(socketPath)).rejects.toMatchObject({ code: 'engine-unreachable' });
  });

  it('that is destroyed is broken', async () => {
    const socketPath = await engineThat((_request, response) => {
      response.write('{"a":1}\n');
      setTimeout(() => response.destroy(), 50);
    });
    await expect(lines(socketPath)).rejects.toMatchObject({ code: 'engine-unreachable' });
  });

  it('lasts longer than the deadline for its beginning', async () => {
    const socketPath = await engineThat((_request, response) => {
      response.write('{"a":1}\n');
      setTimeout(() => response.end('{"b":2}\n'), 300);
    });
    const chunks = new EngineConnection(socketPath).chunks({ method: 'GET', path: '/events', deadlineMs: 100 });
    const seen = [];
    for await (const line of jsonLines(chunks)) seen.push(line);
    expect(seen).toHaveLength(2);
  });
});

describe('the address', () => {
  it('that is given wins over DOCKER_HOST', async () => {
    vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
    const socketPath = await engineThat((_request, response) => response.end('{}'));
    expect(await ask(socketPath)).toEqual({});
  });

  it.each(['unix', 'tcp'])('in DOCKER_HOST is honoured (%s)', async (scheme) => {
    const listener: RequestListener = (_request, response) => void response.end('{"ok":true}');
    if (scheme === 'unix') vi.stubEnv('DOCKER_HOST', `unix://${await engineThat(listener)}`);
    else {
      server = createServer(listener);
      await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    }
    const connection = new EngineConnection();
    expect(await connection.json({ method: 'GET', path: '/info' })).toEqual({ ok: true });
    expect(connection.local).toBe(scheme === 'unix');
  });

  it('where nothing answers is named, with what to do', async () => {
    await expect(ask(join(directory, 'nobody'))).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: `No Docker Engine answers at unix://${directory}/nobody.`,
      hint: expect.stringContaining('DOCKER_HOST'),
    });
  });

  it('over SSH is refused with the reason', () => {
    vi.stubEnv('DOCKER_HOST', 'ssh://root@host');
    expect(() => new EngineConnection()).toThrow(/SSH/);
  });
});
