import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Notice } from '../../src/domain/notice.ts';
import { postNotice } from '../../src/notify/webhook.ts';
import { SetClock } from '../support/set-clock.ts';

const NOTICE: Notice = {
  id: 'NABCDEFGHIJ',
  event: 'succeeded',
  at: '2026-11-21T02:00:00.000Z',
  appliance: 'acme',
  text: 'acme: the upgrade to 2.0 has succeeded.',
  operation: null,
};
const clock = new SetClock();
const directory = mkdtempSync(join(tmpdir(), 'belay-webhook-'));
const secretFile = join(directory, 'secret');

let server: Server;
let url: string;
let requests: { headers: IncomingMessage['headers']; method: string | undefined; body: string }[];
let status: number | null;

beforeEach(async () => {
  requests = [];
  status = 204;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ headers: request.headers, method: request.method, body });
    if (status !== null) response.writeHead(status, { location: `${url}elsewhere` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(secretFile, { force: true });
});

const post = (secret: string | null = null, signal = new AbortController().signal) =>
  postNotice(
    { url, secretFile: secret, events: ['succeeded'] },
    NOTICE,
    { clock, userAgent: 'belay/1.2', timeoutMs: 200 },
    signal,
  );

test('it is posted with what a chat server shows, and with what a program reads', async () => {
  expect(await post()).toBeNull();
  expect(requests).toMatchObject([
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'belay/1.2', 'webhook-id': 'NABCDEFGHIJ' },
    },
  ]);
  expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ text: NOTICE.text, data: { appliance: 'acme' } });
  expect(requests[0]?.headers).not.toHaveProperty('webhook-signature');
});

test.each([
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
  ['just words\n', Buffer.from('just words')],
])('it is signed over id, time and body: %j', async (secret, key) => {
  writeFileSync(secretFile, secret);
  expect(await post(secretFile)).toBeNull();
  const { headers, body } = requests[0] as (typeof requests)[0];
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  expect(headers['webhook-timestamp']).toBe(String(Math.floor(clock.now().getTime() / 1_000)));
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
});

test.each([
  [500, { error: 'it answers 500', isFinal: false }],
  [404, { error: 'it answers 404', isFinal: false }],
  [410, { error: 'it answers 410', isFinal: true }],
  // Somewhere else it would be somebody else who hears it.
  [307, { error: 'it answers 307', isFinal: false }],
])('an answer of %i', async (answer, expected) => {
  status = answer;
  expect(await post()).toEqual(expected);
  expect(requests).toHaveLength(1);
});

test('one that does not answer, one that is not there, a secret that is not there: each is said', async () => {
  status = null;
  expect(await post()).toEqual({ error: 'it does not answer within 0.2 s', isFinal: false });
  expect((await post(secretFile))?.error).toBe(`its secret cannot be read: ENOENT (${secretFile})`);
  writeFileSync(secretFile, ' \n');
  expect((await post(secretFile))?.error).toBe(`there is no secret in ${secretFile}`);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  // Refused, or lost on a connection that had been kept.
  const error = expect.stringMatching(/^it cannot be reached \((ECONNREFUSED|UND_ERR_SOCKET)\)$/);
  expect(await post()).toEqual({ error, isFinal: false });
});

test('it ends with its signal', async () => {
  status = null;
  const stop = new AbortController();
  const posted = post(null, stop.signal);
  stop.abort(new Error('the daemon ends'));
  await expect(posted).rejects.toThrow('the daemon ends');
});
