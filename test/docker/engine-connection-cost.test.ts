import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EngineConnection } from '../../src/docker/engine-connection.ts';
import { temporaryRoot } from '../lab/lab-under-test.ts';

test('no call writes out the connections of the others', async () => {
  const socketPath = join(temporaryRoot(), 'engine.sock');
  const server = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  onTestFinished(() => void server.close());
  const written = vi.fn(() => 'a socket');
  Object.defineProperty(Socket.prototype, inspect.custom, { value: written, configurable: true });
  onTestFinished(() => void Reflect.deleteProperty(Socket.prototype, inspect.custom));
  const connection = new EngineConnection(socketPath);
  await Promise.all(Array.from({ length: 5 }, () => connection.json({ method: 'GET', path: '/info' })));
  expect(written).not.toHaveBeenCalled();
});
