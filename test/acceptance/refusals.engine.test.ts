import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type PrivateRegistry, startRegistry } from '../../src/demo/private-engine/registry.ts';
import { makeAppliance } from '../support/appliances.ts';
import { SHIPPED_PROGRAM, TestBelay } from '../support/belay.ts';
import { forgetImage } from '../support/images.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const run = promisify(execFile);
const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=10s';
const MIB = 1 << 20;

describeOnEngine('what cannot be done, at the one-shot program', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('acme');
  let belay: TestBelay;
  let registry: PrivateRegistry;
  let small = '';
  const reference = (version: string) => `${registry.address}/server:${version}`;

  beforeAll(async () => {
    registry = await startRegistry();
    await makeAppliance(bench.engine, { reference: reference('1.0'), changes: [GATE] });
    await makeAppliance(bench.engine, { reference: reference('2.0'), dataFormat: 2, changes: [GATE] });
    await makeAppliance(bench.engine, { reference: reference('3.0'), dataFormat: 3, changes: [GATE] });
    await forgetImage(bench.engine, reference('3.0'));
    await docker(['run', '-d', '--name', container, '--restart', 'always', reference('1.0')]);
    belay = new TestBelay(bench.engine.dockerHost, SHIPPED_PROGRAM);
    await belay.start();
    await belay.adopt(container, 'refused');
    small = await mkdtemp(join(tmpdir(), 'belay-small-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=24m,nr_inodes=60', 'tmpfs', small]);
  });
  afterAll(async () => {
    await belay?.close();
    await registry?.stop();
    await docker(['rm', '-fv', bench.name('full'), bench.name('inodes')]).catch(() => '');
    await run('umount', ['-l', small]);
    await rm(small, { recursive: true, force: true });
  });

  interface Ended {
    code: number | null;
    stdout: string;
    stderr: string;
  }
  async function typed(args: string[], extra: Record<string, string> = {}): Promise<Ended> {
    const child = spawn(process.execPath, [SHIPPED_PROGRAM, ...args], {
      env: belay.env(extra),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = { code: null as number | null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (ended.stdout += chunk));
    child.stderr.on('data', (chunk) => (ended.stderr += chunk));
    [ended.code] = (await once(child, 'close')) as [number | null];
    return ended;
  }
  /** All that a refusal must leave as it is. */
  const state = async () => ({
    containers: (
      await docker([
        'ps',
        '-a',
        '--no-trunc',
        '--filter',
        `name=^${bench.name('')}`,
        '--format',
        '{{.ID}} {{.Names}} {{.State}}',
      ])
    )
      .split('\n')
      .sort(),
    volumes: (await docker(['volume', 'ls', '-q', '--filter', 'label=io.belay.appliance=refused'])).split('\n').sort(),
    releases: await Promise.all(
      (await belay.get<{ name: string }[]>('/api/appliances')).map(async ({ name }) => {
        const releases = await belay.get<{ id: string; status: string }[]>(`/api/releases?appliance=${name}`);
        return releases.map(({ id, status }) => `${name} ${id} ${status}`);
      }),
    ),
  });
  /** One sentence and a hint on standard error, nothing on standard output, and nothing changed. */
  async function expectRefusal(
    args: string[],
    code: number,
    words: RegExp,
    extra: Record<string, string> = {},
  ): Promise<void> {
    const before = await state();
    const ended = await typed(args, extra);
    expect({ code: ended.code, stdout: ended.stdout }, ended.stderr).toEqual({ code, stdout: '' });
    expect(ended.stderr).toMatch(words);
    expect(ended.stderr).toMatch(/^% /m);
    expect(ended.stderr).not.toMatch(/\n {4}at |\bundefined\b|\[object/);
    expect(await state()).toEqual(before);
  }

  it.each<[string, string[], number, RegExp]>([
    [
      'an unknown version',
      ['upgrade', 'system', '9.9', '--yes'],
      3,
      /There is no version 9\.9 of .*\n.*show versions/s,
    ],
    [
      'the version that runs',
      ['upgrade', 'system', '1.0', '--yes'],
      3,
      /refused runs 1\.0 already\.\n.*show versions/s,
    ],
    ['a version that cannot be one', ['upgrade', 'system', '../x', '--yes'], 2, /A version is a tag such as 2\.1\.0/],
    ['a rollback with nothing before', ['rollback', 'system', '--yes'], 3, /There is no release before 1\.0/],
    [
      'a release that is not there',
      ['rollback', 'system', 'to', 'RAAAAAAAAAA', '--yes'],
      3,
      /RAAAAAAAAAA.*\n.*show releases/s,
    ],
    [
      'a container that is not there',
      ['adopt', 'no-such-container', '--yes'],
      3,
      /There is no container no-such-container\.\n.*show containers/s,
    ],
    [
      'a container that is adopted already',
      ['adopt', bench.name('acme'), '--yes'],
      3,
      /belongs to the appliance refused already/,
    ],
    [
      'an abbreviation that is ambiguous',
      ['show', 'r'],
      2,
      /% Ambiguous command: 'show r' is ambiguous\.\n\s+releases? /,
    ],
    ['a command that nobody knows', ['destroy', 'everything'], 2, /Invalid input/],
    ['a command without its argument', ['upgrade', 'system'], 2, /Incomplete command/],
    [
      'a change with nobody to ask',
      ['upgrade', 'system', '2.0'],
      2,
      /This changes something, and there is nobody to ask\.\n.*upgrade system 2\.0 --yes/s,
    ],
    [
      'an appliance that is not there',
      ['--appliance', 'other', 'show', 'system'],
      3,
      /There is no appliance named other\.\n.*show appliances/s,
    ],
    ['an option that nobody knows', ['--forcibly', 'show', 'system'], 2, /There is no option --forcibly/],
  ])('%s', async (_what, args, code, words) => {
    await expectRefusal(args, code, words);
  });

  it('no engine', async () => {
    const other = new TestBelay(`unix://${small}/no-engine.sock`, SHIPPED_PROGRAM);
    try {
      await other.start();
      const env = { BELAY_HOME: other.home, BELAY_SOCKET: other.socket };
      await expectRefusal(
        ['adopt', container, '--yes'],
        3,
        /No Docker Engine answers at unix:.*no-engine\.sock\.\n\s+\S/s,
        env,
      );
      await expectRefusal(['show', 'containers'], 3, /No Docker Engine answers/, env);
    } finally {
      await other.close();
    }
  });

  it('no daemon, and none that could be started', async () => {
    await writeFile(join(small, 'file'), '');
    const env = { BELAY_HOME: join(small, 'file', 'home'), BELAY_SOCKET: join(small, 'belay.sock') };
    await expectRefusal(['show', 'system'], 4, /Belay daemon/, env);
  });

  it('no space for the clone', async () => {
    const [name, path] = [bench.name('full'), join(small, 'full')];
    await mkdir(path);
    await writeFile(join(path, 'large'), Buffer.alloc(14 * MIB, 1));
    await docker(['run', '-d', '--name', name, '-v', `${path}:/data`, reference('1.0')]);
    await belay.adopt(name, 'full');
    await expectRefusal(
      ['--appliance', 'full', 'upgrade', 'system', '2.0', '--yes'],
      3,
      /The clone needs \d+ MiB where .* lies, and \d+ MiB are free\.\n.*Free some space/s,
    );
    await docker(['rm', '-f', name]);
    await rm(path, { recursive: true });
  });

  it('no space that shows only while the clone is made: failed, nothing stopped, nothing left over', async () => {
    const [name, path] = [bench.name('inodes'), join(small, 'inodes')];
    await mkdir(path);
    for (let n = 0; n < 35; n++) await writeFile(join(path, `file-${n}`), 'x');
    await docker(['run', '-d', '--name', name, '-v', `${path}:/data`, reference('1.0')]);
    await vi.waitUntil(() => docker(['exec', name, 'cat', '/data/format']).catch(() => null), { timeout: 10_000 });
    await belay.adopt(name, 'inodes');
    const startedAt = await docker(['inspect', '-f', '{{.State.StartedAt}}', name]);
    const { code, stdout } = await typed(['--appliance', 'inodes', 'upgrade', 'system', '2.0', '--yes']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/no space is\s+left\..*Nothing was changed: inodes still runs 1\.0\./s);
    expect(await docker(['inspect', '-f', '{{.State.StartedAt}}', name])).toBe(startedAt);
    const { stdout: left } = await run('find', [small, '-mindepth', '1', '-name', '*belay*']);
    expect(left).toBe('');
    const [failed] = await belay.get<{ status: string; data: { state: string } }[]>('/api/releases?appliance=inodes');
    expect(failed).toMatchObject({ status: 'failed', data: { state: 'gone' } });
    await docker(['rm', '-f', name]);
  });

  it('no registry, and the version not here', async () => {
    await registry.stop();
    await expectRefusal(
      ['--appliance', 'refused', 'upgrade', 'system', '3.0', '--yes'],
      3,
      /registry .*(not answer|reached|unreachable|answers)/i,
    );
    const { code, stdout } = await typed(['--appliance', 'refused', 'show', 'versions', '--json']);
    expect(code).toBe(0);
    const { versions, registryProblem } = JSON.parse(stdout);
    expect(registryProblem).toContain(registry.address);
    expect(versions.map(({ version }: { version: string }) => version)).toEqual(['2.0', '1.0']);
  });

  it('no registry, but the version here: it is upgraded', async () => {
    const { code, stdout, stderr } = await typed(['--appliance', 'refused', 'upgrade', 'system', '2.0', '--yes']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('2.0');
    expect(await docker(['exec', container, 'cat', '/data/format'])).toBe('2');
  });
});
