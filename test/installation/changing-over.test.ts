import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pack, sumsOf } from '../../scripts/pack.ts';
import type { CliChangeAcceptedView, CliReleasesView } from '../../src/api/contract/cli-releases.ts';
import type { HealthView } from '../../src/api/contract/system-views.ts';
import { type ApiFailure, TestBelay } from '../support/belay.ts';

// Belay's own releases are changed over to by a real daemon, with the shipped build; no engine is needed.
const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'belay-cli-'));
const ENGINE = 'unix:///nonexistent/engine.sock';
const root = join(directory, 'opt');
const home = join(directory, 'home');
const unpacked = join(directory, 'unpacked');
const own = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')).version as string;
let belay: TestBelay;

beforeAll(async () => {
  const file = pack(resolve(import.meta.dirname, '../..'), directory);
  mkdirSync(unpacked);
  await run('tar', ['-xzf', file, '-C', unpacked, '--strip-components=1']);
  belay = new TestBelay(ENGINE, join(unpacked, 'dist/belay.js'), home);
  await belay.start();
});
afterAll(async () => {
  await belay?.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Another release: the same program, but for its version and what is changed in its files. */
function release(version: string, change: (text: string) => string = (text) => text): string {
  const made = join(directory, `belay-${version}`);
  cpSync(unpacked, made, { recursive: true });
  for (const name of readdirSync(join(made, 'dist')).filter((each) => each.endsWith('.js'))) {
    const path = join(made, 'dist', name);
    writeFileSync(path, change(readFileSync(path, 'utf8').replaceAll(JSON.stringify(own), JSON.stringify(version))));
  }
  const description = JSON.parse(readFileSync(join(made, 'package.json'), 'utf8'));
  writeFileSync(join(made, 'package.json'), JSON.stringify({ ...description, version }));
  seal(made);
  return made;
}

function describeAs(made: string, change: object): void {
  const path = join(made, 'package.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  seal(made);
}

function seal(made: string): void {
  rmSync(join(made, 'SHA256SUMS'), { force: true });
  writeFileSync(join(made, 'SHA256SUMS'), sumsOf(made));
}

const releases = () => belay.get<CliReleasesView>('/api/cli/releases');
const running = async () => (await belay.get<HealthView>('/api/health')).version;

/** Waits until the daemon has changed over, or has not. */
async function changed(accepted: CliChangeAcceptedView) {
  return vi.waitUntil(
    async () => {
      const found = await releases().catch(() => null);
      return found?.changes.find(({ at, outcome }) => at === accepted.at && outcome !== 'begun');
    },
    { timeout: 60_000, interval: 50 },
  );
}
const update = async (version: string, from?: string) =>
  changed(await belay.post<CliChangeAcceptedView>('/api/cli/update', { version, ...(from ? { from } : {}) }));
const rollback = async () => changed(await belay.post<CliChangeAcceptedView>('/api/cli/rollback', {}));
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (thrown) => (thrown as ApiFailure).error.message,
  );

test('what was not installed says how it is', async () => {
  expect(await releases()).toMatchObject({ root: null, running: own, releases: [] });
  expect(await refusal(update('9.9.9'))).toContain('This Belay was not installed');
});

test('it is installed from its unpacked package, and goes on from there as the same process', async () => {
  const { pid } = await belay.get<HealthView>('/api/health');
  const change = await changed(await belay.post<CliChangeAcceptedView>('/api/cli/install', { directory: root }));
  expect(change).toMatchObject({ from: null, to: own, outcome: 'done', reason: null });
  expect(readlinkSync(join(root, 'current'))).toBe(`releases/${own}`);
  expect(await releases()).toMatchObject({ root, previous: null, releases: [{ version: own, isCurrent: true }] });
  expect((await belay.get<HealthView>('/api/health')).pid).toBe(pid);
});

test('to another release from a directory, back, and forward again by its name', async () => {
  expect(await update('8.0.0', release('8.0.0'))).toMatchObject({ from: own, to: '8.0.0', outcome: 'done' });
  expect(await running()).toBe('8.0.0');
  expect(readlinkSync(join(root, 'current'))).toBe('releases/8.0.0');
  expect((await releases()).previous).toBe(own);
  expect(await rollback()).toMatchObject({ to: own, outcome: 'done' });
  expect([await running(), (await releases()).previous]).toEqual([own, null]);
  expect(await update('8.0.0')).toMatchObject({ to: '8.0.0', outcome: 'done' });
  expect(await refusal(update('8.0.0'))).toContain('runs already');
});

test('from a file, as npm run pack makes it', async () => {
  const made = release('8.1.0');
  const file = join(directory, 'belay-8.1.0.tgz');
  await run('tar', ['-czf', file, '-C', directory, 'belay-8.1.0']);
  rmSync(made, { recursive: true });
  expect(await refusal(update('8.2.0', file))).toBe(`${file} is Belay 8.1.0, not 8.2.0.`);
  expect(await update('8.1.0', file)).toMatchObject({ to: '8.1.0', outcome: 'done' });
  expect(await running()).toBe('8.1.0');
});

test('one that does not come up does not take over, and this one goes on', async () => {
  const broken = release('8.3.0', (text) => text.replace('is ready', 'is ready"+process.exit(7)+"'));
  expect(await update('8.3.0', broken)).toMatchObject({ to: '8.3.0', outcome: 'went-back' });
  expect([await running(), readlinkSync(join(root, 'current'))]).toEqual(['8.1.0', 'releases/8.1.0']);
});

test.each<[string, (made: string) => void, RegExp]>([
  ['with a changed file', (made) => writeFileSync(join(made, 'dist/belay.js'), 'x'), /dist\/belay\.js is damaged/],
  ['with a file besides', (made) => writeFileSync(join(made, 'dist/more.js'), 'x'), /dist\/more\.js is not one of its/],
  ['without one of its files', (made) => rmSync(join(made, 'bin/belay-login')), /bin\/belay-login is missing/],
  ['without its sums', (made) => rmSync(join(made, 'SHA256SUMS')), /has no SHA256SUMS/],
  ['that is of another program', (made) => describeAs(made, { name: 'other' }), /of another program/],
  ['for a later Node', (made) => describeAs(made, { engines: { node: '>=99' } }), /needs Node 99 or later/],
  [
    'that cannot read the journal',
    (made) => describeAs(made, { belay: { journalFormat: 1 } }),
    /cannot read the journal/,
  ],
  [
    'that does not start',
    (made) => {
      writeFileSync(join(made, 'dist/belay.js'), 'throw new Error("no")');
      seal(made);
    },
    /does not start here/,
  ],
])('a package %s is refused, and nothing is changed', async (_, spoil, sentence) => {
  const made = release('8.4.0');
  spoil(made);
  expect(await refusal(update('8.4.0', made))).toMatch(sentence);
  expect([await running(), readlinkSync(join(root, 'current'))]).toEqual(['8.1.0', 'releases/8.1.0']);
  rmSync(made, { recursive: true });
  rmSync(join(root, 'releases/8.4.0'), { recursive: true, force: true });
});

test('it is killed while it brings one: the next daemon is of the release before, and clears away', async () => {
  const made = release('8.5.0');
  const asked = belay.post('/api/cli/update', { version: '8.5.0', from: made }).catch(() => null);
  await vi.waitUntil(() => readdirSync(join(root, 'releases')).some((name) => name.startsWith('.')), {
    timeout: 10_000,
    interval: 1,
  });
  await belay.kill();
  await asked;
  await belay.close();
  belay = new TestBelay(ENGINE, join(root, 'current/dist/belay.js'), home);
  await belay.start();
  expect(await running()).toBe('8.1.0');
  expect(await update('8.5.0', made)).toMatchObject({ from: '8.1.0', to: '8.5.0', outcome: 'done' });
  expect(readdirSync(join(root, 'releases')).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('the one-shot command says how it ended', async () => {
  const { stdout } = await run(
    process.execPath,
    [join(root, 'current/dist/belay.js'), 'show', 'cli', 'releases', '--json'],
    { env: belay.env() },
  );
  expect(JSON.parse(stdout)).toMatchObject({ root, running: '8.5.0', previous: '8.1.0' });
});
