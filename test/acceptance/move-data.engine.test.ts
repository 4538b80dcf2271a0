import { execFile } from 'node:child_process';
import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MovePlanView } from '../../src/api/contract/move.ts';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView } from '../../src/api/contract/plan-views.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { contents, fingerprint } from '../support/fingerprint.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { oneShot } from '../support/one-shot.ts';
import { setByUser } from '../support/set-by-user.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const run = promisify(execFile);
const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';
const [OLD, NEW] = ['v1.0.1', 'v1.0.2'];

describeOnEngine('the data of a server, moved out of its container as documented', (bench) => {
  const { docker } = bench.engine;
  const server = (tag: string) => bench.reference('server', tag);
  const inside = (container: string, script: string) => docker(['exec', container, 'sh', '-c', script]);
  const sourceOf = (container: string, target = '/data') =>
    docker([
      'inspect',
      '-f',
      `{{range .Mounts}}{{if eq .Destination "${target}"}}{{.Source}}{{end}}{{end}}`,
      container,
    ]);
  let belay: TestBelay;
  let directory = '';
  const at = (name: string) => join(directory, name);

  beforeAll(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'belay-move-')));
    await makeAppliance(bench.engine, { reference: server(OLD), dataFormat: 1, changes: [GATE] });
    await makeAppliance(bench.engine, { reference: server(NEW), dataFormat: 2, changes: [GATE] });
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await belay?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const serves = (container: string, format = '1') =>
    vi.waitUntil(async () => (await inside(container, 'cat /data/format').catch(() => '')) === format, {
      timeout: 20_000,
      interval: 100,
    });
  /** As in the documented procedure, with an image made here; the same data in every server. */
  async function begun(word: string, ...flags: string[]): Promise<string> {
    const name = bench.name(word);
    await docker(['run', '-d', '--restart=always', '--name', name, '-e', 'CATTLE_DB=local', ...flags, server(OLD)]);
    await serves(name);
    await inside(
      name,
      'echo first > /data/witness; mkdir -m 750 /data/db; echo row > /data/db/table; ln -s db /data/link',
    );
    return name;
  }
  async function adopted(word: string, ...flags: string[]): Promise<string> {
    const name = await begun(word, ...flags);
    await belay.adopt(name, name);
    return name;
  }
  const ended = async (name: string, path: string, body: object): Promise<OperationView> =>
    belay.ended(await belay.post<OperationView>(`/api/cluster/${path}?appliance=${name}`, body));
  const move = (name: string, body: object) => ended(name, 'move', body);
  const releases = (name: string) => belay.get<ReleaseView[]>(`/api/releases?appliance=${name}`);
  const shell = (name: string, ...words: string[]) => oneShot(belay, '--appliance', name, ...words);
  const tree = async (path: string) => (await fingerprint(path)).map((line) => line.replace(/ mtime=\d+/, ''));

  it('ends as the procedure typed by hand does: the same settings, owners and data', async () => {
    const [path, port] = [at('by-hand'), ['-p', '127.0.0.1::8080']];
    const original = await begun('by-hand', ...port);
    await docker(['stop', original]);
    await docker(['cp', `${original}:/data`, path]);
    await run('chown', ['-hR', '102:105', path]);
    const flags = ['--restart=always', '-e', 'CATTLE_DB=local', ...port, '-v', `${path}:/data`];
    const upgraded = bench.name('upgraded');
    await docker(['run', '-d', '--name', upgraded, ...flags, server(NEW)]);
    await serves(upgraded, '2');
    const portless = (answer: unknown) => JSON.stringify(answer).replaceAll(/"HostPort":"\d+"/g, '"HostPort":""');
    const expected = { settings: portless(await setByUser(bench.engine, upgraded)), data: await tree(path) };
    await docker(['rm', '-f', '-v', original, upgraded]);
    await rm(path, { recursive: true });

    const name = await adopted('by-hand', ...port);
    const moved = await shell(name, 'move', 'data', 'bind', `${path}/`, 'owner', '102:105', '--yes');
    expect(moved).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await tree(path)).toEqual(
      expect.arrayContaining([expect.stringContaining('db/table file mode=644 owner=102:105')]),
    );
    expect(await ended(name, 'upgrade', { version: NEW })).toMatchObject({ state: 'succeeded' });
    expect({ settings: portless(await setByUser(bench.engine, name)), data: await tree(path) }).toEqual(expected);
  });

  it('goes to a directory, up and back there by renaming, to another one, to a volume, and back through all of them', async () => {
    const [one, two] = [at('srv one'), at('two')];
    const name = await adopted('journey');
    const volume = await sourceOf(name);
    const before = await tree(volume);
    await mkdir(one, { mode: 0o711 });
    const outside = at('outside');
    await writeFile(outside, 'not moved');
    await inside(name, `ln -s ${outside} /data/away`);

    const asked = await belay.get<MovePlanView>(
      `/api/move/plan?appliance=${name}&to=bind&place=${encodeURIComponent(one)}`,
    );
    expect(asked).toMatchObject({ target: { kind: 'bind', source: one }, owner: null, setAside: null, obstacles: [] });
    expect(asked.steps.map((step) => step.name)).not.toContain('set-owner');
    expect(await move(name, { to: 'bind', place: one })).toMatchObject({
      kind: 'move',
      state: 'succeeded',
      reason: null,
    });
    expect(await sourceOf(name)).toBe(one);
    expect(await inside(name, 'cat /data/witness /data/link/table; stat -c %a /data/db')).toBe('first\nrow\n750');
    await inside(name, 'echo one > /data/place');

    const { ino } = await stat(one);
    expect(await ended(name, 'upgrade', { version: NEW })).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/format /data/place')).toBe('2\none');
    expect((await stat(one)).ino).not.toBe(ino);
    expect(await ended(name, 'rollback', {})).toMatchObject({ state: 'succeeded' });
    expect((await stat(one)).ino).toBe(ino);
    expect(await inside(name, 'cat /data/format /data/place')).toBe('1\none');

    expect(await move(name, { to: 'bind', place: two, owner: '102:105' })).toMatchObject({ state: 'succeeded' });
    expect(await sourceOf(name)).toBe(two);
    expect((await stat(join(two, 'db/table'))).uid).toBe(102);
    expect((await lstat(join(two, 'away'))).gid).toBe(105);
    expect((await stat(outside)).uid).toBe(0);
    await inside(name, 'echo two > /data/place');

    const fresh = bench.name('fresh');
    expect(await shell(name, 'move', 'data', 'volume', fresh, '--yes')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await docker(['inspect', '-f', '{{(index .Mounts 0).Type}} {{(index .Mounts 0).Name}}', name])).toBe(
      `volume ${fresh}`,
    );
    expect(await inside(name, 'cat /data/place; stat -c %u:%g /data/db/table')).toBe('two\n102:105');

    // Each way back, with the data as they were left there; the first with nothing changed since.
    const plan = await belay.get<RollbackPlanView>(`/api/rollback/plan?appliance=${name}`);
    expect(plan.data.changes.sample.map((change) => change.path)).not.toContain('db/table');
    for (const [source, place] of [
      [two, 'two'],
      [one, 'one'],
    ]) {
      expect(await ended(name, 'rollback', {})).toMatchObject({ state: 'succeeded' });
      expect(await sourceOf(name)).toBe(source);
      expect(await inside(name, 'cat /data/place')).toBe(place);
    }
    expect(await ended(name, 'rollback', {})).toMatchObject({ state: 'succeeded' });
    // Four were left meanwhile: the first of them has become an archive, and is unpacked.
    expect((await tree(await sourceOf(name))).filter((line) => /^(db|witness|link|format)/.test(line))).toEqual(
      before.filter((line) => /^(db|witness|link|format)/.test(line)),
    );
    expect(await inside(name, 'cat /data/witness; cat /data/place 2>/dev/null || echo none')).toBe('first\nnone');
    expect(await belay.get(`/api/system?appliance=${name}`)).toMatchObject({ attention: [] });
    // And forward again, into the volume.
    const last = (await releases(name)).find(({ origin }) => origin === 'move');
    expect(await ended(name, 'rollback', { release: last?.id })).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/place')).toBe('two');
  });

  it('moves one of several mounts, and takes the others along', async () => {
    const [conf, to] = [at('conf'), at('moved')];
    await mkdir(conf);
    const name = await adopted('several', '-v', `${conf}:/conf`, '-v', `${bench.name('several-data')}:/data`);
    await inside(name, 'echo set > /conf/file');
    await expect(move(name, { to: 'bind', place: to })).rejects.toThrow('has data in 2 mounts');
    expect(await move(name, { to: 'bind', place: to, mount: '/conf' })).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /conf/file /data/witness')).toBe('set\nfirst');
    expect(await sourceOf(name, '/conf')).toBe(to);
    expect(await docker(['inspect', '-f', '{{json .HostConfig.Binds}}', name])).toContain(`"${to}:/conf"`);
    await expect(lstat(conf)).rejects.toThrow('ENOENT');
    expect(await ended(name, 'rollback', {})).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /conf/file /data/witness')).toBe('set\nfirst');
    expect(await sourceOf(name, '/conf')).toBe(conf);
  });

  it.each(['set-owner:acted', 'start:acted'])(
    'cut off at %s it is where it was, and the empty directory is there again',
    async (point) => {
      const place = at(`cut ${point.replace(':', ' ')}`);
      await mkdir(place);
      await chown(place, 12, 34);
      await chmod(place, 0o2751);
      const name = await adopted(point.replace(':', '-'));
      const data = await contents(await sourceOf(name));
      await belay.kill('SIGTERM');
      await belay.start({ crashAt: point });
      const body = { to: 'bind', place, owner: '102:105' };
      await belay.post(`/api/cluster/move?appliance=${name}`, body).catch(() => null);
      expect(await belay.died()).toBe('SIGKILL');
      await belay.start();
      const [last] = await belay.get<OperationView[]>(`/api/upgrade/history?appliance=${name}`);
      const operation = await belay.ended(last);
      expect(operation.state).toBe('rolled-back');
      await serves(name);
      expect(await contents(await sourceOf(name))).toEqual(data);
      expect(await fingerprint(place)).toEqual([expect.stringContaining('directory mode=2751 owner=12:34')]);
      expect((await run('ls', ['-A', directory])).stdout).not.toContain(`.cut ${point.split(':')[0]}`);
      expect(await docker(['ps', '-aq', '--filter', `name=${name}`])).not.toContain('\n');
    },
  );

  describe('is refused before anything is touched', () => {
    let name = '';
    let startedAt = '';
    const started = () => docker(['inspect', '-f', '{{.State.StartedAt}} {{.RestartCount}}', name]);
    beforeAll(async () => {
      const theirs = at('theirs');
      await mkdir(theirs);
      await adopted('other', '-v', `${theirs}:/data`);
      await mkdir(at('mine'));
      name = await adopted('refused', '-v', `${at('mine')}:/data`);
      await mkdir(at('full'));
      await writeFile(join(at('full'), 'x'), '');
      await symlink(directory, at('link'));
      await docker(['volume', 'create', bench.name('taken')]);
      const writer = [
        'run',
        '-d',
        '--name',
        bench.name('writer'),
        '--entrypoint',
        'sleep',
        '-v',
        `${at('written')}:/x`,
      ];
      await docker([...writer, server(OLD), '1000']);
      startedAt = await started();
    });

    it.each([
      ['relative/path', /does not begin at the root/],
      ['/srv/../etc', /leads upwards/],
      ['/srv/a:b', /colon/],
      ['/srv/\u001b[31mred', /cannot be shown/],
      ['/', /root directory/],
      ['/run/acme', /a system directory of the host/],
      ['full', /There is something at .*full already/],
      ['full/', /There is something at .*full already/],
      ['full/x', /There is something at .*full\/x already/],
      ['not/there', /There is no directory .*not\./],
      ['link/new', /a symbolic link on the way/],
      ['mine', /There is something at|is at .*mine already/],
      ['mine/inner', /meets the data of move-data-refused/],
      ['theirs/inner', /meets the data of move-data-other/],
      ['written', /The container move-data-writer mounts/],
      ['.x.belay-SABCDEFGHIJ', /a name that Belay gives/],
    ])('%j', async (place, message) => {
      const whole = /^[/]|^relative/.test(place) ? place : `${directory}/${place}`;
      await expect(move(name, { to: 'bind', place: whole })).rejects.toThrow(message);
      expect(await started()).toBe(startedAt);
      expect(await belay.get(`/api/upgrade/history?appliance=${name}`)).toEqual([]);
    });

    it('a mount point with something in it, a volume that is there, an owner by name, and a volume that is named by Belay', async () => {
      const disk = await mountSmallDisk(1 << 20);
      try {
        await writeFile(join(disk.path, 'theirs'), 'x');
        await expect(move(name, { to: 'bind', place: disk.path })).rejects.toThrow(
          `There is something in the file system that is mounted at ${disk.path} already.`,
        );
        const plan = await belay.get<MovePlanView>(
          `/api/move/plan?appliance=${name}&to=bind&place=${encodeURIComponent(join(disk.path, 'in'))}`,
        );
        expect(plan.warnings).toEqual([expect.stringContaining('is in memory (tmpfs)')]);
        disk.fill();
        await expect(move(name, { to: 'bind', place: join(disk.path, 'in') })).rejects.toMatchObject({
          error: { code: 'no-space' },
        });
      } finally {
        await disk.remove();
      }
      await expect(move(name, { to: 'volume', place: bench.name('taken') })).rejects.toThrow('There is a volume');
      await expect(move(name, { to: 'volume', place: 'belay-SABCDEFGHIJ-1' })).rejects.toThrow('cannot name a volume');
      await expect(move(name, { to: 'bind', place: at('new'), owner: 'mysql' })).rejects.toThrow('is no owner');
      await expect(move(name, { to: 'bind', place: at('new'), mount: '/nope' })).rejects.toThrow(
        'has no data at /nope',
      );
      expect((await shell(name, 'move', 'data', 'bind', 'here', '--yes')).exitCode).toBe(2);
      expect((await shell(name, 'move', 'data', 'bind', at('full'), '--yes')).exitCode).toBe(3);
      expect(await started()).toBe(startedAt);
    });
  });
});
