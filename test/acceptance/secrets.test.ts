import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type Docker from 'dockerode';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConfigurationView } from '../../src/api/contract/configuration.ts';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import { openLab } from '../lab/lab-under-test.ts';
import { SHIPPED_PROGRAM, TestBelay } from '../support/belay.ts';

const run = promisify(execFile);
// Each types a dozen commands, every one a process of its own.
vi.setConfig({ testTimeout: 120_000 });
const CANARY = 'canary-5c1e';
/** Serves, unless it is 2.0; says what it must not. */
const SERVER = `
  console.log("licence " + process.env.LICENCE, process.env.DB_PASSWORD);
  if (process.env.VERSION === "2.0") process.exit(1);
  require("node:net").createServer((socket) => socket.end()).listen(8080, process.env.BELAY_LAB_ADDRESS);
  process.on("SIGTERM", () => process.exit(0));`;

let docker: Docker;
let belay: TestBelay;
let state: string;
let reference: string;

beforeEach(async () => {
  const opened = await openLab();
  docker = opened.docker;
  const references = ['1.0', '2.0', '3.0'].map((tag) =>
    opened.lab.addImage(
      {
        ...{ repository: 'acme/server', tag, command: ['node', '-e', SERVER], env: { VERSION: tag } },
        labels: { 'io.belay.gate.stable': '100ms', 'io.belay.gate.deadline': '5s' },
        ...{ volumes: ['/data'], exposedPorts: ['8080/tcp'] },
      },
      tag === '1.0' ? 'both' : 'registry',
    ),
  );
  reference = references[0]?.reference ?? '';
  const Env = [`DB_PASSWORD=${CANARY}-0`];
  const container = await docker.createContainer({ name: 'acme', Image: reference, Env });
  await container.start();
  state = mkdtempSync(join(tmpdir(), 'belay-state-'));
  belay = new TestBelay(`unix://${opened.lab.socketPath}`);
  await belay.start();
  await belay.adopt('acme', 'acme');
});
afterEach(async () => {
  await belay.close();
  rmSync(state, { recursive: true });
});

/** As a script does; what it prints, on both of its outputs. */
async function typed(words: string[], input = ''): Promise<string> {
  const running = run(process.execPath, [SHIPPED_PROGRAM, ...words], { env: belay.env({ XDG_STATE_HOME: state }) });
  running.child.stdin?.end(input);
  const { stdout, stderr } = await running;
  return stdout + stderr;
}

/** Every byte that Belay has kept, and what its packed files hold. */
function filesWith(text: string): string[] {
  const files = [belay.home, state].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return files
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() && !path.includes('compile-cache'))
    .filter((path) => {
      const bytes = readFileSync(path);
      return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).includes(text);
    });
}

const inside = async (): Promise<string[]> => (await docker.getContainer('acme').inspect()).Config.Env;
const said: string[] = [];

it('no secret is in anything that Belay keeps or says, and the server has each of them', async () => {
  said.push(await typed(['set', 'secret', 'LICENCE', '--yes'], `${CANARY}-1\n`));
  said.push(await typed(['set', 'env', `DB_PASSWORD=${CANARY}-2`, 'LOG=debug', '--yes', '--json']));
  expect(await inside()).toEqual(
    expect.arrayContaining([`LICENCE=${CANARY}-1`, `DB_PASSWORD=${CANARY}-2`, 'LOG=debug', 'VERSION=1.0']),
  );
  // Once more with the mark alone; then a version that tells its secrets and exits.
  said.push(await typed(['set', 'env', 'LICENCE', `${CANARY}-3`, '--yes']));
  const failed = await belay.upgrade('2.0');
  expect(failed).toMatchObject({ state: 'rolled-back', logTail: ['licence (redacted) (redacted)'] });
  expect(await belay.upgrade('3.0')).toMatchObject({ state: 'succeeded' });
  const log = await typed(['show', 'log']);
  expect(log).toContain('licence (redacted) (redacted)');
  said.push(log);
  await belay.kill();
  await belay.start();
  expect(await belay.rollback()).toMatchObject({ state: 'succeeded' });
  expect(await inside()).toEqual(expect.arrayContaining([`LICENCE=${CANARY}-3`, 'VERSION=1.0']));
  const [, last] = await belay.releases();
  for (const line of [
    ['show', 'configuration'],
    ['show', 'release', last?.id ?? ''],
    ['show', 'release', 'diff', (await belay.releases()).at(-1)?.id ?? ''],
    ['show', 'rollback', 'plan'],
    ['show', 'upgrade', 'history', '--json'],
    ['show', 'upgrade', 'status'],
    ['show', 'manifest'],
    ['show', 'tech-support'],
    ['journal', 'check'],
  ])
    said.push(await typed(line));
  said.push(JSON.stringify(failed), belay.output);
  expect(said.join('\n')).toContain('LICENCE=********');
  expect(said.filter((text) => text.includes(CANARY))).toEqual([]);
  expect(filesWith('LICENCE').length).toBeGreaterThan(2);
  expect(filesWith(CANARY)).toEqual([]);
  expect(statSync(join(belay.home, 'secrets.key')).mode & 0o777).toBe(0o600);
});

it('a key that is lost stops nothing, and the next change brings a new one', async () => {
  await typed(['set', 'secret', 'LICENCE', '--yes'], `${CANARY}\n`);
  await belay.kill();
  rmSync(join(belay.home, 'secrets.key'));
  await belay.start();
  expect(await typed(['show', 'system'])).toContain('DB_PASSWORD, LICENCE of acme cannot be read');
  const body = { set: [{ name: 'LOG', value: 'info' }] };
  expect(await belay.ended(await belay.post<OperationView>('/api/configuration/environment', body))).toMatchObject({
    state: 'succeeded',
  });
  expect(await inside()).toEqual(expect.arrayContaining([`LICENCE=${CANARY}`, 'LOG=info']));
  expect((await belay.system()).attention).toEqual([]);
  const { services } = await belay.get<ConfigurationView>('/api/configuration');
  expect(services[0]?.env.map(({ name, value }) => [name, value])).toEqual([
    ['DB_PASSWORD', null],
    ['LICENCE', null],
    ['LOG', 'info'],
  ]);
  expect(filesWith(CANARY)).toEqual([]);
});

it('an appliance is installed from a manifest with secrets, which only its server has then', async () => {
  const text = `
name: other
services:
  server:
    image: ${reference}
    environment: {DB_PASSWORD: ${CANARY}-a, LICENCE: ${CANARY}-b, LOG: info}
x-belay:
  services: {server: {secrets: [LICENCE]}}
  hooks:
    backup: {command: [sh, -c, exit], environment: {PGPASSWORD: ${CANARY}-c}}
`;
  const path = join(state, 'appliance.yaml');
  writeFileSync(path, text);
  await typed(['install', path, '--yes']);
  rmSync(path);
  const { Config } = await docker.getContainer('other-server').inspect();
  expect(Config.Env).toEqual(expect.arrayContaining([`DB_PASSWORD=${CANARY}-a`, `LICENCE=${CANARY}-b`, 'LOG=info']));
  const shown = await Promise.all(
    [
      ['show', 'configuration'],
      ['show', 'manifest', '--json'],
      ['show', 'tech-support'],
    ].map((line) => typed(['--appliance', 'other', ...line])),
  );
  expect(shown[0]).toMatch(/DB_PASSWORD=\*{8}\n +LICENCE=\*{8}\n +LOG=info/);
  expect(shown[1]).toContain('DB_PASSWORD: (redacted)');
  expect(shown.filter((each) => each.includes(CANARY))).toEqual([]);
  expect(filesWith(CANARY)).toEqual([]);
});
