import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bundleShell } from './bundle.ts';
import { FakeDaemon } from './fake-daemon.ts';

let folder: string;
let program: string;
let daemon: FakeDaemon;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belay-lines-'));
  program = await bundleShell(join(folder, 'program'));
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  const socketPath = join(folder, 'sock');
  daemon = new FakeDaemon({ socketPath, stepMs: 20, scripts: { '2.2.0': 'fails its gate' }, adopted: true });
  await daemon.start();
});
afterEach(() => daemon.stop());

function start(
  args: readonly string[],
  /** Null keeps standard input open. */
  input: string | null = '',
): { child: ChildProcess; ended: Promise<{ code: number | null; out: string; err: string }> } {
  const env = { PATH: process.env['PATH'], HOME: folder, BELAY_SOCKET: join(folder, 'sock') };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: 'pipe' });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  if (input !== null) child.stdin.end(input);
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))) };
}

const belay = (args: readonly string[], input?: string) => start(args, input).ended;

test('show releases, plain: no colours, no cursor codes', async () => {
  const { code, out } = await belay(['show', 'releases']);
  expect(code).toBe(0);
  expect(out).toMatch(/^ID +VERSION +CREATED +BUILD +BY +STATUS +DATA\nR[A-Z]{10} +2\.0\.4/);
  expect(out).not.toContain('\x1b');
});

test('of a long history the newest releases are shown, and it is said that there are more', async () => {
  daemon.addHistory(2_500);
  const versions = ({ out }: { out: string }) =>
    out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/ +/)[1]);
  const newest = await belay(['show', 'releases']);
  expect(versions(newest)).toHaveLength(20);
  expect(versions(newest).slice(0, 3)).toEqual(['2.0.4', '2.0.3', '1.2500']);
  expect(newest.err).toBe('These are the newest 20. To see every one: show releases all\n');
  const three = await belay(['show', 'releases', 'last', '3', '--json']);
  expect(JSON.parse(three.out)).toHaveLength(3);
  expect(three.err).toContain('show releases all');
  const all = await belay(['show', 'releases', 'all']);
  expect(all.err).toBe('');
  expect(versions(all)).toHaveLength(2_502);
  expect(new Set(versions(all)).size).toBe(2_502);
  expect(versions(all).at(-1)).toBe('1.1');
  expect((await belay(['show', 'releases', 'last', '2502'])).err).toBe('');
});

test('an old release is found by the letters that it begins with, as long as they are its alone', async () => {
  daemon.addHistory(2_500);
  const { id = '', version } = daemon.releases.at(-2) ?? {};
  const letters = [3, 4, 5, 6, 7, 8, 9, 10].find(
    (length) => daemon.releases.filter((each) => each.id.startsWith(id.slice(0, length))).length === 1,
  );
  const { out } = await belay(['show', 'release', id.slice(0, letters).toLowerCase()]);
  expect(out).toContain(`Release ${id}`);
  expect(out).toContain(`${version}`);
  expect((await belay(['show', 'release', 'r'])).err).toContain('Several releases begin with R.');
});

test('a release is found by its version, as long as that is its alone', async () => {
  const [active, older] = daemon.releases;
  expect((await belay(['show', 'release', older?.version ?? ''])).out).toContain(`Release ${older?.id}`);
  const { code, err } = await belay(['rollback', 'system', 'to', '0.9', '--yes']);
  expect([code, err]).toEqual([2, '% No release is 0.9.\n  See: show releases\n']);
  daemon.releases.push({ ...(older as (typeof daemon.releases)[0]), version: active?.version ?? '' });
  const several = await belay(['show', 'release', active?.version ?? '']);
  expect(several.err).toContain(
    `Several releases are ${active?.version}: ${active?.id} (active), ${older?.id} (superseded).`,
  );
});

test('a note about a release: all words to the end of the line, and none with an empty one', async () => {
  const [id = ''] = daemon.releases.map((each) => each.id);
  const noted = await belay(['note', 'release', id, 'the last', 'before the "audit"', '--yes']);
  expect(noted).toMatchObject({ code: 0, out: `Noted with 2.0.4 (${id}): the last before the "audit"\n` });
  expect((await belay(['-c', `note release ${id} one | two --yes`])).code).toBe(2);
  expect((await belay(['-c', `note release ${id} one two  three --yes`])).out).toContain(': one two three');
  expect((await belay(['show', 'releases'])).out).toMatch(/2\.0\.4\* .*one two three/);
  expect((await belay(['show', 'release', id])).out).toMatch(/Note +one two three\n/);
  const json = await belay(['note', 'release', id, 'again', '--yes', '--json']);
  expect(JSON.parse(json.out).note).toMatchObject({ text: 'again', by: expect.any(String) });
  expect((await belay(['note', 'release', id, '', '--yes'])).out).toBe(`2.0.4 (${id}) has no note.\n`);
  expect((await belay(['note', 'release', id, '--yes'])).err).toContain('Incomplete command');
  expect((await belay(['note', 'release', 'nothing', 'x', '--yes'])).code).toBe(2);
});

test("an earlier release comes back with today's data", async () => {
  const [, { id = '' } = {}] = daemon.releases;
  const plan = await belay(['show', 'promotion', 'plan', id]);
  expect(plan.out).toContain(`to 2.0.3 as it was in ${id} (2 months ago), with today's data.`);
  expect(plan.out).toContain(
    'Settings     env DB_PASSWORD is another one (redacted)\n               env LOG_LEVEL debug → info',
  );
  const asked = await belay(['promote', 'release', id]);
  expect(asked).toMatchObject({ code: 2, out: '' });
  expect(asked.err).toContain(`promote release ${id} --yes`);
  const accepted = await belay([
    'promote',
    'release',
    id,
    'confirm-within',
    '10m',
    'force',
    '--yes',
    '--no-wait',
    '--json',
  ]);
  expect(JSON.parse(accepted.out)).toMatchObject({ kind: 'promotion', to: '2.0.3' });
  const { body } = daemon.calls.find(({ path }) => path === '/api/cluster/promote') ?? {};
  expect(body).toEqual({ release: id, confirmWithin: '10m', force: true });
  await expect.poll(() => daemon.operations[0]?.state, { timeout: 5_000 }).toBe('succeeded');
  expect((await belay(['show', 'releases'])).out).toMatch(new RegExp(`2\\.0\\.3 .* active, copy of ${id}`));
  expect((await belay(['promote', 'release', '--yes'])).err).toContain('Incomplete command');
});

test('two releases are held against each other, and one against what runs', async () => {
  const [newest = '', earlier = ''] = daemon.releases.map((each) => each.id);
  const { code, out } = await belay(['show', 'release', 'diff', earlier, newest]);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^From 2\\.0\\.3 \\(${earlier}, .*\\) to 2\\.0\\.4 \\(${newest}`));
  expect(out).toContain('  env LOG_LEVEL  info → debug');
  expect((await belay(['show', 'release', 'diff', earlier])).out).toBe(out);
  expect(JSON.parse((await belay(['show', 'release', 'diff', earlier, '--json'])).out).to.release).toBe(newest);
  expect((await belay(['show', 'release', 'diff'])).err).toContain('Incomplete command');
  expect((await belay(['show', 'release', 'diff', 'RZZZZZZZZZZ'])).code).toBe(3);
});

test('which releases are wanted has to make sense', async () => {
  for (const [args, said] of [
    [['last', '3', 'all'], 'Either all, or the last of them.'],
    [['last', '0'], 'N is a number from 1 to 10000.'],
    [['last', 'many'], 'N is a number from 1 to 10000.'],
    [['last'], 'Incomplete command'],
    [['some'], 'Invalid input'],
  ] as const) {
    const { code, err } = await belay(['show', 'releases', ...args]);
    expect(code).toBe(2);
    expect(err).toContain(said);
  }
});

test.each([
  ['exit', 0],
  ['show bogus', 2],
])('after %s it ends, also where standard input stays open', async (line, expected) => {
  const { child, ended } = start([], null);
  child.stdin?.write(`${line}\n`);
  expect((await ended).code).toBe(expected);
});

test('--json before or behind the command', async () => {
  for (const args of [
    ['--json', 'show', 'releases'],
    ['show', 'releases', '--json'],
  ]) {
    const { code, out } = await belay(args);
    expect(code).toBe(0);
    expect(JSON.parse(out).map(({ version }: { version: string }) => version)).toEqual(['2.0.4', '2.0.3']);
  }
});

test('an upgrade in plain lines, one for each change of a step', async () => {
  const { code, out } = await belay(['upgrade', 'system', '2.1.0', '--yes']);
  expect(code).toBe(0);
  expect(out).not.toContain('\x1b');
  const lines = out.split('\n');
  expect(lines.filter((line) => /^done +Pull 2\.1\.0 \(0\.\d s\)$/.test(line)).length).toBe(1);
  expect(lines.some((line) => line.startsWith('acme now runs 2.1.0'))).toBe(true);
  expect(lines).toContain('To go back: rollback system');
});

test('an upgrade that comes back ends with 1 and says why', async () => {
  const { code, out } = await belay(['upgrade', 'system', '2.2.0', '--yes']);
  expect(code).toBe(1);
  expect(out).toContain('Why: 2.2.0 did not prove itself: the container exited with code 1.');
});

test('--json prints the operation once, as it ended', async () => {
  const { code, out } = await belay(['upgrade', 'system', '2.2.0', '--yes', '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    state: 'rolled-back',
    logTail: ['starting up', 'migrating data', 'FATAL: cannot read config'],
  });
});

test('--no-wait returns at acceptance', async () => {
  const { code, out } = await belay(['rollback', 'system', '--yes', '--no-wait', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ kind: 'rollback', state: 'running', by: 'admin' });
});

test('what changes something is not done where nobody can be asked', async () => {
  const { code, out, err } = await belay(['upgrade', 'sys', '2.1.0']);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('To do it without a question: upgrade system 2.1.0 --yes');
  expect(daemon.calls).toEqual([]);
});

test.each([
  [['show', 'foo'], 2, "% Invalid input detected at '^' marker."],
  [['show', 'rel'], 2, "'show rel' is ambiguous."],
  [['upgrade', 'system'], 2, '% Incomplete command'],
  [['--colour'], 2, 'There is no option --colour.'],
  [['-c'], 2, '-c needs something after it.'],
  [['upgrade', 'system', '9.9', '--yes'], 3, 'There is no version 9.9'],
  [['show', 'release', 'RAAAAAAAAAA'], 3, 'There is no such release.'],
])('%j ends with %d', async (args, expected, message) => {
  const { code, out, err } = await belay(args);
  expect([code, out]).toEqual([expected, '']);
  expect(err).toContain(message);
  expect(daemon.operations).toEqual([]);
});

test('a second operation is refused while one runs', async () => {
  await daemon.stop();
  // So slow that it still runs when a busy machine has started the command.
  daemon = new FakeDaemon({ socketPath: join(folder, 'sock'), stepMs: 5_000, scripts: {}, adopted: true });
  await daemon.start();
  daemon.startUpgrade('2.1.0', 'bob');
  const { code, err } = await belay(['rollback', 'system', '--yes']);
  expect(code).toBe(3);
  expect(err).toContain('bob is upgrading');
});

test('errors in JSON where JSON was asked for', async () => {
  const { code, err } = await belay(['show', 'upgrade', 'plan', '9.9', '--json']);
  expect(code).toBe(3);
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'not-found', hint: 'See: show versions' } });
});

test.each([
  [['show', 's', '--json'], "'show s' is ambiguous.", /^It may be: system, /],
  [['rollback', '--json'], 'The command is incomplete.', /^What may follow: system, /],
  [['show', 'foo', '--json'], "'foo' cannot stand at column 6.", /^What may stand there: /],
  [['--json', 'show', 'relases'], "'relases' cannot stand at column 13.", 'Did you mean: show releases'],
  [['show', 'releases', '--yes', '--json'], '--yes is for commands that change something.', null],
  [['--bogus', 'show', 'releases', '--json'], 'There is no option --bogus.', 'For help: belay --help'],
])('a line that cannot be read is an error in JSON as well: %j', async (words, message, hint) => {
  const { code, out, err } = await belay(words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  const error = { code: 'usage', message, hint: hint instanceof RegExp ? expect.stringMatching(hint) : hint };
  expect(JSON.parse(err)).toEqual({ error });
});

test('no daemon is 4', async () => {
  await daemon.stop();
  const { code, err } = await belay(['show', 'system']);
  expect(code).toBe(4);
  expect(err).toContain('% No Belay daemon answers.');
  await daemon.start();
});

test('lines from standard input run until the first that fails', async () => {
  const { code, out, err } = await belay([], '# a comment\n\nshow versions\nshow foo\nshow releases\n');
  expect(code).toBe(2);
  expect(out).toContain('1.9.9');
  expect(out).not.toContain('CREATED');
  expect(err).toContain("show foo\n     ^\n% Invalid input detected at '^' marker.");
});

test('-c runs a line as it would be typed, and knows no shell', async () => {
  expect((await belay(['-c', 'show releases --json'])).code).toBe(0);
  const { code, err } = await belay(['-c', 'show releases; touch /tmp/owned']);
  expect(code).toBe(2);
  expect(err).toContain('^');
});

test('an argument stays one argument', async () => {
  const { code, err } = await belay(['adopt', 'a b', '--yes']);
  expect(code).toBe(2);
  expect(err).toContain('adopt "a b"');
});

test('Ctrl-C detaches from an operation and leaves it running', async () => {
  await daemon.stop();
  daemon = new FakeDaemon({ socketPath: join(folder, 'sock'), stepMs: 2_000, scripts: {}, adopted: true });
  await daemon.start();
  const { child, ended } = start(['upgrade', 'system', '2.1.0', '--yes']);
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
  child.kill('SIGINT');
  const { code, err } = await ended;
  expect(code).toBe(130);
  expect(err).toContain('the operation goes on in the daemon');
  expect(daemon.operations[0]?.state).toBe('running');
});

test('--help and --version ask nobody', async () => {
  expect((await belay(['--help'])).out).toContain('rollback system [to RELEASE]');
  expect((await belay(['--version'])).out).toBe('belay 0.1.0-test\n');
  expect(daemon.calls).toEqual([]);
});

test('--continue goes on behind a line that fails, and still ends with its code', async () => {
  const { code, out, err } = await belay(['--continue'], 'show versions\nshow foo\nshow releases\n');
  expect(code).toBe(2);
  expect(out).toContain('CREATED');
  expect(err).toContain('Invalid input');
  expect((await belay(['--continue', '-c', 'show release RAAAAAAAAAA', '-c', 'show system'])).code).toBe(3);
});

test('pipes work without a prompt, and only the answer is on standard output', async () => {
  const counted = await belay(['show', 'releases', '|', 'include', '2.0.4', '|', 'count']);
  expect(counted).toEqual({ code: 0, out: 'Count: 1 line\n', err: '' });
  const yaml = await belay(['-c', 'show releases | yaml']);
  expect(yaml.out).toContain('version: 2.0.4');
  expect((await belay(['--yaml', 'show', 'releases'])).out).toBe(yaml.out);
  const saved = await belay(['-c', 'show releases | save mine']);
  expect([saved.code, saved.out]).toEqual([0, '']);
  expect(saved.err).toContain('Kept as mine: 3 lines');
  expect((await belay(['show', 'file', 'mine'])).out).toContain('2.0.4');
});

test('a log and events can be followed into a pipe of the outer shell, as lines of JSON', async () => {
  const { child, ended } = start(['show', 'log', 'follow', '--json']);
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
  child.kill('SIGINT');
  const { code, out } = await ended;
  expect(code).toBe(130);
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).text),
  ).toContain('listening on port 80');
});

test('a quarantined version is marked with its reason, and tried again only with force', async () => {
  daemon.quarantined.set(
    '2.2.0',
    '2.2.0 is quarantined: on 2026-11-20 it did not prove itself, because it exited with code 1.',
  );
  const { out } = await belay(['show', 'versions']);
  expect(out).toMatch(/2\.2\.0 .*quarantined/);
  expect(out).toContain('because it exited with code 1.');
  await belay(['upgrade', 'system', '2.2.0', 'force', '--yes', '--no-wait']);
  expect(daemon.calls.find(({ path }) => path === '/api/cluster/upgrade')?.body).toEqual({
    version: '2.2.0',
    force: true,
  });
});

test('a secret comes from standard input, whole but for the last line break, and never from the line', async () => {
  const { err } = await belay(['set', 'secret', 'LICENCE', '--yes'], 'one two\nthree\n');
  expect(err).toContain('There is no /api/configuration/environment');
  const { body } = daemon.calls.find(({ path }) => path.startsWith('/api/configuration')) ?? {};
  expect(body).toEqual({ set: [{ name: 'LICENCE', value: 'one two\nthree', secret: true }] });
});

test.each([
  [['set', 'secret', 'LICENCE', '--yes'], '', 3, 'Nothing was given'],
  [['set', 'secret', 'LICENCE'], 'x', 2, 'there is nobody to ask'],
  [['set', 'secret', 'LICENCE', 'web', 'value', '--yes'], 'x', 2, 'Invalid input'],
  [['set', 'secret', 'LICENCE', '--yes'], 'x'.repeat(70_000), 3, 'at most 32 KiB'],
  [[], 'set secret LICENCE --yes\nvalue\n', 2, 'never on a command line'],
])('%j is refused', async (args, input, code, message) => {
  const answer = await belay(args, input);
  expect(answer).toMatchObject({ code, err: expect.stringContaining(message) });
  expect(daemon.calls.filter(({ path }) => path.startsWith('/api/configuration'))).toEqual([]);
});
