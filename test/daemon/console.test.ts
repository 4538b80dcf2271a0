import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Console } from '../../src/daemon/console.ts';

let home: string;
let logged: string;
let page: Console | null;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'belay-page-'));
  logged = '';
  page = null;
});
afterEach(async () => {
  await page?.close();
  rmSync(home, { recursive: true });
});

async function open(environment: NodeJS.ProcessEnv): Promise<Console> {
  page = new Console({
    home,
    environment,
    pageDirectory: join(import.meta.dirname, '../../src/console'),
    api: () => new Response('in'),
    log: pino({ base: null }, { write: (line: string) => (logged += line) }),
  });
  await page.open();
  return page;
}

it('is off where nobody asks for it, and leaves nothing behind', async () => {
  const off = { state: 'off', url: null, isEncrypted: false, tokenFile: null, trouble: null };
  expect((await open({})).view()).toEqual(off);
  expect(() => readFileSync(join(home, 'console-token'))).toThrow('ENOENT');
});

it('says where it is and where its token is, and the token itself nowhere', async () => {
  const view = (await open({ BELAY_LISTEN: '127.0.0.1:0' })).view();
  expect(view).toMatchObject({ state: 'listening', tokenFile: join(home, 'console-token'), trouble: null });
  const token = readFileSync(join(home, 'console-token'), 'utf8').trim();
  const answer = await fetch(`${view.url}api/system`, { headers: { authorization: `Bearer ${token}` } });
  expect(await answer.text()).toBe('in');
  for (let tries = 0; tries < 30; tries++) {
    await fetch(`${view.url}api/system`, { headers: { authorization: `Bearer ${token}x` } });
  }
  expect(logged.match(/refused at the console/g)).toHaveLength(20);
  expect(logged + JSON.stringify(view)).not.toContain(token);
});

it('waits for a port that another process has', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const waiting = await open({ BELAY_LISTEN: `127.0.0.1:${port}` });
  expect(waiting.view()).toMatchObject({ state: 'not-listening', url: `http://127.0.0.1:${port}/` });
  expect(waiting.view().trouble?.message).toBe(`127.0.0.1:${port} is taken by another process.`);
  await new Promise((resolve) => other.close(resolve));
  await expect.poll(() => waiting.view().state, { timeout: 15_000 }).toBe('listening');
  expect(waiting.view().trouble).toBeNull();
});

it.each([
  [{ BELAY_LISTEN: '0.0.0.0:0' }, 'with TLS only'],
  [
    { BELAY_LISTEN: '127.0.0.1:0', BELAY_TLS_CERT: '/nowhere.pem', BELAY_TLS_KEY: '/nowhere.pem' },
    '/nowhere.pem cannot be read',
  ],
  [{ BELAY_LISTEN: 'soon' }, 'no address with a port'],
])('keeps nobody from anything where it cannot be had: %o', async (environment, why) => {
  const { state, trouble } = (await open(environment)).view();
  expect(state).toBe('not-listening');
  expect(trouble?.message).toContain(why);
  expect(trouble?.hint).toBeTruthy();
  expect(logged).toContain(why);
});

it('says that a file is no certificate', async () => {
  const file = join(home, 'some.pem');
  writeFileSync(file, 'not a certificate');
  const { trouble } = (await open({ BELAY_LISTEN: '127.0.0.1:0', BELAY_TLS_CERT: file, BELAY_TLS_KEY: file })).view();
  expect(trouble?.message).toMatch(/^The certificate or its key cannot be used: /);
});
