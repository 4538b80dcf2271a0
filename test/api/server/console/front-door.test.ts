import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as plain, type Server } from 'node:http';
import { request as encrypted } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOrMakeToken } from '../../../../src/api/server/console/access-token.ts';
import { FrontDoor } from '../../../../src/api/server/console/front-door.ts';
import { PageFiles } from '../../../../src/api/server/console/page-files.ts';
import { listenOnTcp } from '../../../../src/api/server/listen.ts';

const PAGE = join(import.meta.dirname, '../../../../src/console');
const JSON_TYPE = { 'content-type': 'application/json' };

let directory: string;
let server: Server;
let token: string;
let nowMs = 1_000_000_000_000;
let asked: { method: string; path: string; user: unknown }[];
let refused: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'belay-door-'));
  asked = [];
  refused = [];
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server?.listening ? server.close(resolve) : resolve(null)));
  rmSync(directory, { recursive: true });
});

async function open(tls: { cert: Buffer; key: Buffer } | null = null): Promise<void> {
  const file = join(directory, 'console-token');
  const door = new FrontDoor({
    token: readOrMakeToken(file),
    page: new PageFiles(PAGE),
    address: '127.0.0.1',
    certificate: tls && new X509Certificate(tls.cert),
    nowMs: () => nowMs,
    onRefused: (why) => refused.push(why),
    api: (request, env) => {
      const { user } = env as { user?: string };
      const path = new URL(request.url).pathname;
      asked.push({ method: request.method, path, user });
      if (path !== '/api/events') return Response.json({ ok: true });
      return new Response(
        new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode(': on\n\n')) }),
      );
    },
  });
  server = await listenOnTcp(door.fetch, { host: '127.0.0.1', port: 0, tls });
  token = readFileSync(file, 'utf8').trim();
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
  send: typeof plain = plain,
): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      // A certificate of the test's own is nobody's.
      { host: '127.0.0.1', port, method, path, agent: false, headers, rejectUnauthorized: false } as object,
      async (answer) => {
        const isStream = path === '/api/events' && answer.statusCode === 200;
        let text = '';
        if (isStream) answer.on('error', () => {}).resume();
        else for await (const chunk of answer) text += String(chunk);
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const bearer = () => ({ authorization: `Bearer ${token}` });
const own = () => ({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

async function signIn(given = token, send: typeof plain = plain): Promise<Answer> {
  const body = JSON.stringify({ token: given });
  return ask('POST', '/console/sign-in', { ...JSON_TYPE, 'content-length': String(body.length) }, body, send);
}
const cookieOf = (answer: Answer) => ({ cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' });

describe('the front door', () => {
  it('gives the page to everybody, and nothing else', async () => {
    await open();
    const page = await ask('GET', '/');
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect((await ask('GET', '/', { 'if-none-match': String(page.headers['etag']) })).status).toBe(304);
    expect((await ask('GET', '/console.css')).headers['content-type']).toBe('text/css; charset=utf-8');
    for (const path of [
      '/api/system',
      '/api/events',
      '/metrics',
      '/main.ts',
      '/../package.json',
      '/%2e%2e/x',
      '/console',
    ]) {
      expect(await ask('GET', path)).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="belay"' },
      });
    }
    expect((await ask('POST', '/api/cluster/rollback', JSON_TYPE, '{}')).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('says with every answer that nothing foreign is loaded, framed, or guessed', async () => {
    await open();
    for (const answer of [await ask('GET', '/'), await ask('GET', '/api/system'), await ask('GET', '/x', bearer())]) {
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
      expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('lets in by token: then who it is does not say itself', async () => {
    await open();
    const { status } = await ask(
      'POST',
      '/api/journal/restore',
      { ...bearer(), ...JSON_TYPE, 'belay-user': 'root' },
      '{}',
    );
    expect(status).toBe(200);
    expect(asked).toEqual([{ method: 'POST', path: '/api/journal/restore', user: 'api' }]);
    for (const wrong of [`${token}x`, token.slice(1), token.toUpperCase(), 'x']) {
      expect((await ask('GET', '/api/system', { authorization: `Bearer ${wrong}` })).status).toBe(401);
    }
  });

  it('gives a session for the token, with which one can do what the page does', async () => {
    await open();
    const answer = await signIn();
    expect(answer.status).toBe(204);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^belay-session=.+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    const session = cookieOf(answer);
    expect(session.cookie).not.toContain(token);
    expect((await ask('GET', '/api/system', session)).status).toBe(200);
    expect((await ask('POST', '/api/cluster/rollback', { ...session, ...own(), ...JSON_TYPE }, '{}')).status).toBe(200);
    expect(asked.map(({ user }) => user)).toEqual(['console', 'console']);
    for (const path of ['/api/appliances', '/api/bundles/import', '/api/journal/restore', '/api/manifest']) {
      expect((await ask('POST', path, { ...session, ...own(), ...JSON_TYPE }, '{}')).status).toBe(403);
    }
    const tampered = session.cookie.replace('belay-session=', 'belay-session=z');
    expect((await ask('GET', '/api/system', { cookie: tampered })).status).toBe(401);
  });

  it('ends a session when its time is over, and when somebody signs out', async () => {
    await open();
    const session = cookieOf(await signIn());
    const later = cookieOf(await signIn());
    expect((await ask('POST', '/console/sign-out', { ...session, ...own(), ...JSON_TYPE }, '{}')).status).toBe(204);
    expect((await ask('GET', '/api/system', session)).status).toBe(401);
    expect((await ask('GET', '/api/system', later)).status).toBe(200);
    nowMs += 12 * 3_600_000;
    expect((await ask('GET', '/api/system', later)).status).toBe(401);
  });

  it('takes no request that another page has sent', async () => {
    await open();
    const session = cookieOf(await signIn());
    const change = (headers: Record<string, string>, body = '{}') =>
      ask('POST', '/api/cluster/rollback', { ...session, ...headers }, body);
    const { port } = server.address() as AddressInfo;
    expect((await change({ ...JSON_TYPE, origin: 'http://evil.example' })).status).toBe(403);
    expect((await change({ ...JSON_TYPE, origin: `http://localhost:${port}` })).status).toBe(403);
    expect((await change({ ...JSON_TYPE, origin: `https://127.0.0.1:${port}` })).status).toBe(403);
    expect((await change({ ...JSON_TYPE, origin: 'null' })).status).toBe(403);
    expect((await change(JSON_TYPE)).status).toBe(403);
    expect((await change({ ...JSON_TYPE, ...own(), 'sec-fetch-site': 'same-site' })).status).toBe(403);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonp',
    ]) {
      expect((await change({ ...own(), 'content-type': type })).status).toBe(415);
      expect((await ask('POST', '/api/cluster/rollback', { ...bearer(), 'content-type': type }, '{}')).status).toBe(
        415,
      );
    }
    expect((await change(own(), '')).status).toBe(415);
    expect((await ask('GET', '/api/events', { ...session, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await ask('OPTIONS', '/api/cluster/rollback', { ...session, origin: 'http://evil.example' })).status).toBe(
      403,
    );
    expect(asked).toEqual([]);
  });

  it('takes no request for another host', async () => {
    await open();
    const { port } = server.address() as AddressInfo;
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
    ]) {
      const { status } = await ask('GET', '/', { ...bearer(), host });
      expect(status).toBe(421);
    }
    // A forwarded port keeps its own number.
    for (const host of [`localhost:${port}`, 'localhost:9000', '[::1]:9000', '127.0.0.1']) {
      expect((await ask('GET', '/api/system', { ...bearer(), host })).status).toBe(200);
    }
  });

  it('looks at nothing more from where ten wrong tokens came, for a minute', async () => {
    await open();
    for (let tries = 0; tries < 10; tries++) expect((await signIn('wrong')).status).toBe(401);
    expect(await signIn()).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    expect((await ask('GET', '/api/system', bearer())).status).toBe(429);
    nowMs += 60_000;
    expect((await signIn()).status).toBe(204);
    expect(refused.join()).not.toContain(token);
  });

  it.each(['', 'null', '[]', '{"token":5}', '{"token":"a","more":1}', `{"token":"${'x'.repeat(2_000)}"}`])(
    'reads only a token at the door: %.20s',
    async (body) => {
      await open();
      const headers = { ...JSON_TYPE, 'content-length': String(body.length) };
      expect((await ask('POST', '/console/sign-in', headers, body)).status).toBe(400);
    },
  );

  it('opens so many streams for one session, and closes them when it ends', async () => {
    await open();
    const session = cookieOf(await signIn());
    const other = cookieOf(await signIn());
    for (let streams = 0; streams < 16; streams++) expect((await ask('GET', '/api/events', session)).status).toBe(200);
    expect((await ask('GET', '/api/events', session)).status).toBe(429);
    expect((await ask('GET', '/api/events', other)).status).toBe(200);
    await ask('POST', '/console/sign-out', { ...session, ...own(), ...JSON_TYPE }, '{}');
    await expect.poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(1);
  });

  it('with a certificate: only over TLS, a cookie for TLS alone, and the names of the certificate', async () => {
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    const subject = ['-subj', '/CN=belay.site', '-addext', 'subjectAltName=DNS:belay.site,IP:10.1.2.3'];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-days', '2', ...made, ...subject], { stdio: 'ignore' });
    await open({ cert: readFileSync(cert), key: readFileSync(key) });
    const tls = encrypted as typeof plain;
    expect(String((await signIn(token, tls)).headers['set-cookie'])).toMatch(/^__Host-belay-session=.*; Secure$/);
    for (const [host, status] of [
      ['belay.site', 200],
      ['BELAY.SITE:8443', 200],
      ['10.1.2.3:8443', 200],
      ['other.site', 421],
      ['10.1.2.4', 421],
    ] as const) {
      expect((await ask('GET', '/api/system', { ...bearer(), host }, undefined, tls)).status).toBe(status);
    }
    await expect(ask('GET', '/')).rejects.toThrow();
  });
});

describe('the token', () => {
  const path = () => join(directory, 'console-token');

  it('is made once, for its owner alone', () => {
    const made = readOrMakeToken(path());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    const text = readFileSync(path(), 'utf8').trim();
    expect(text).toMatch(/^[\w-]{43}$/);
    expect(made.is(text)).toBe(true);
    expect(readOrMakeToken(path()).is(text)).toBe(true);
  });

  it('is refused where others could have read it or put it there', () => {
    readOrMakeToken(path());
    chmodSync(path(), 0o640);
    expect(() => readOrMakeToken(path())).toThrow("is not its owner's alone");
    chmodSync(path(), 0o600);
    writeFileSync(path(), 'short\n');
    expect(() => readOrMakeToken(path())).toThrow('fewer than 32 characters');
    symlinkSync(path(), join(directory, 'link'));
    expect(() => readOrMakeToken(join(directory, 'link'))).toThrow('cannot be read');
    expect(() => readOrMakeToken(directory)).toThrow('is not a file');
  });
});
