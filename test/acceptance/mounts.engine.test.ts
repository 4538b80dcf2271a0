import { mkdir, mkdtemp, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import type { ReleaseDetailView } from '../../src/api/contract/release-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { contents, fingerprint } from '../support/fingerprint.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';

describeOnEngine('every way to mount data', (bench) => {
  const { docker } = bench.engine;
  const reference = (version: string) => bench.reference('server', version);
  let belay: TestBelay;
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'belay-mounts-'));
    const make = (tag: string, dataFormat: number, changes: string[] = []) =>
      makeAppliance(bench.engine, { reference: reference(tag), dataFormat, changes: [GATE, ...changes] });
    await make('1.0', 1);
    await make('2.0', 2);
    await make('3.0', 2, ['VOLUME /cache']);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await belay?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const inspect = async (container: string) => JSON.parse(await docker(['inspect', container]))[0];
  /** All of an inspect answer but what moves by itself: the health check, its log, and the order of the mounts. */
  const untouched = async (container: string) => {
    const { Mounts, ...answer } = await inspect(container);
    const mounts = Mounts.map((mount: object) => JSON.stringify(mount)).sort();
    return { ...answer, ExecIDs: null, State: { ...answer.State, Health: null }, Mounts: mounts };
  };
  const inside = (container: string, script: string) => docker(['exec', container, 'sh', '-c', script]);
  /** Where a mount of the container that bears this name lies on the host. */
  const sourceOf = async (container: string, target: string): Promise<string> =>
    (await inspect(container)).Mounts.find((mount: { Destination: string }) => mount.Destination === target).Source;

  async function ended(name: string, path: string, body: object): Promise<OperationView> {
    const accepted = await belay.post<OperationView>(`${path}?appliance=${name}`, body);
    const operation = await belay.ended(accepted);
    expect(operation).toMatchObject({ state: 'succeeded', reason: null });
    return operation;
  }
  const upgrade = (name: string, version: string) => ended(name, '/api/cluster/upgrade', { version });
  const rollback = (name: string, release?: string) => ended(name, '/api/cluster/rollback', release ? { release } : {});
  const planOf = (name: string, version: string) =>
    belay.get<UpgradePlanView>(`/api/upgrade/plan?appliance=${name}&version=${version}`);

  /** Started as an administrator would, then adopted, which must not change one field of it. */
  async function adopted(word: string, flags: string[], version = '1.0'): Promise<string> {
    const name = bench.name(word);
    await docker(['run', '-d', '--name', name, ...flags, reference(version)]);
    await expect.poll(() => inside(name, 'cat /data/format').catch(() => ''), { timeout: 20_000 }).toBe('1');
    const before = await untouched(name);
    await belay.adopt(name, name);
    expect(await untouched(name)).toEqual(before);
    return name;
  }

  interface Turn {
    name: string;
    /** Where the data of a release lies while it is frozen, and while it is live. */
    live(container: string): Promise<string>;
    frozen(container: string): Promise<string>;
  }
  const onVolume = (name: string): Turn => ({
    name,
    live: (container) => sourceOf(container, '/data'),
    frozen: (container) => sourceOf(container, '/data'),
  });

  /** Up, back and forward again. The side that is left must not change by one byte, the one that comes back must be as it was left. */
  async function thereAndBack({ name, live, frozen }: Turn): Promise<{ old: string; next: string }> {
    await inside(
      name,
      'mkdir /data/deep && echo one > /data/deep/note && chown -R 102:105 /data/deep && chmod 640 /data/deep/note',
    );
    await inside(name, 'ln -s deep/note /data/link && touch -d "2020-02-02 02:02:02" /data/deep && sync');
    const old = (await inspect(name)).Id;
    const before = await fingerprint(await live(name));
    await upgrade(name, '2.0');
    const next = (await inspect(name)).Id;
    expect(next).not.toBe(old);
    expect(await fingerprint(await frozen(old))).toEqual(before);
    expect(
      await inside(name, 'cat /data/format /data/link; stat -c "%u:%g %a" /data/deep/note; stat -c %Y /data/deep'),
    ).toBe(`2\none\n102:105 640\n${Date.parse('2020-02-02T02:02:02Z') / 1000}`);

    await inside(name, 'echo two >> /data/deep/note; sync');
    const left = (await belay.get<{ release: string }>(`/api/system?appliance=${name}`)).release;
    const beforeBack = await fingerprint(await live(name));
    const oldContents = await contents(await frozen(old));
    await rollback(name);
    expect((await inspect(name)).Id).toBe(old);
    expect(await fingerprint(await frozen(next))).toEqual(beforeBack);
    expect(await contents(await live(name))).toEqual(oldContents);
    expect(await inside(name, 'cat /data/format /data/deep/note')).toBe('1\none');

    const beforeForward = await fingerprint(await live(name));
    const nextContents = await contents(await frozen(next));
    await rollback(name, left);
    expect((await inspect(name)).Id).toBe(next);
    expect(await fingerprint(await frozen(old))).toEqual(beforeForward);
    expect(await contents(await live(name))).toEqual(nextContents);
    expect(await inside(name, 'cat /data/format /data/deep/note')).toBe('2\none\ntwo');
    return { old, next };
  }

  it('a named volume', async () => {
    const name = await adopted('named', ['-v', `${bench.name('named-data')}:/data`]);
    await thereAndBack(onVolume(name));
    const volumes = (await inspect(name)).Mounts.map((mount: { Name: string }) => mount.Name);
    expect(volumes).toEqual([expect.stringMatching(/^belay-S[A-Z]{10}-1$/)]);
    expect(await docker(['volume', 'ls', '-q', '--filter', `name=${bench.name('named-data')}`])).toBe(
      bench.name('named-data'),
    );
  });

  it('--volumes-from a data container that never ran', async () => {
    const box = bench.name('box');
    await docker(['create', '--name', box, reference('1.0')]);
    const before = await untouched(box);
    const name = await adopted('from', ['--volumes-from', box]);
    const { old, next } = await thereAndBack(onVolume(name));
    expect(await untouched(box)).toEqual(before);
    expect((await inspect(old)).HostConfig.VolumesFrom).toEqual([box]);
    expect((await inspect(next)).HostConfig.VolumesFrom).toBeNull();
    expect(await sourceOf(old, '/data')).toBe(await sourceOf(box, '/data'));
  });

  it('one volume of a data container at two places, one of them read-only', async () => {
    const volume = bench.name('twice-data');
    const box = bench.name('twice-box');
    await docker(['create', '--name', box, '-v', `${volume}:/data`, reference('1.0')]);
    const name = await adopted('twice', ['--volumes-from', box, '-v', `${volume}:/also:ro`]);
    expect((await planOf(name, '2.0')).mounts).toMatchObject([
      { targets: expect.arrayContaining(['/data', '/also']), treatment: 'pre-copy' },
    ]);
    await thereAndBack(onVolume(name));
    expect(await sourceOf(name, '/also')).toBe(await sourceOf(name, '/data'));
    expect(await inside(name, 'cat /also/deep/note')).toBe('one\ntwo');
    await expect(inside(name, 'echo x > /also/x')).rejects.toThrow();
  });

  it('a bind-mounted directory keeps its path: the original is renamed aside and back, the same inode', async () => {
    const path = join(directory, 'srv', 'data');
    await mkdir(path, { recursive: true });
    const name = await adopted('bind', ['-v', `${path}:/data`]);
    const { ino } = await stat(path);
    const pathOfData = async (container: string): Promise<string> => {
      const releases = await belay.get<{ id: string }[]>(`/api/releases?appliance=${name}`);
      for (const { id } of releases) {
        const detail = await belay.get<ReleaseDetailView>(`/api/releases/${id}?appliance=${name}`);
        if (detail.services[0]?.containerId === container) return detail.services[0].mounts[0]?.dataPath as string;
      }
      throw new Error(`no release of ${container}`);
    };
    const { old } = await thereAndBack({ name, live: async () => path, frozen: pathOfData });
    expect((await stat(path)).ino).not.toBe(ino);
    expect((await stat(await pathOfData(old))).ino).toBe(ino);
    expect(await sourceOf(name, '/data')).toBe(path);
    await rollback(name);
    expect((await stat(path)).ino).toBe(ino);
  });

  it('a bind of a symbolic link is refused before anything is touched', async () => {
    const path = join(directory, 'elsewhere');
    await mkdir(path);
    await symlink(path, join(directory, 'link'));
    const name = await adopted('link', ['-v', `${join(directory, 'link')}:/data`]);
    const { obstacles } = await planOf(name, '2.0');
    expect(obstacles).toMatchObject([{ code: 'refused', message: expect.stringContaining('symbolic link') }]);
    await expect(upgrade(name, '2.0')).rejects.toThrow('symbolic link');
    expect(await belay.get(`/api/upgrade/history?appliance=${name}`)).toEqual([]);
  });

  it('a bind-mounted file that is written, a certificate and a socket that are shared', async () => {
    const file = join(directory, 'server.conf');
    const certificate = join(directory, 'server.pem');
    const socketPath = join(directory, 'ldap.sock');
    await writeFile(file, 'level=info\n', { mode: 0o640 });
    await utimes(file, 1_600_000_000, 1_600_000_000);
    await writeFile(certificate, 'one\n');
    const server = await listening(socketPath);
    try {
      const name = await adopted('file', [
        ...[
          '-v',
          `${file}:/etc/server.conf`,
          '-v',
          `${certificate}:/etc/server.pem:ro`,
          '-v',
          `${socketPath}:/run/ldap.sock`,
        ],
      ]);
      expect(
        (await planOf(name, '2.0')).mounts.map(({ source, treatment, note }) => [source, treatment, note]),
      ).toEqual(
        expect.arrayContaining([
          [file, 'pre-copy', null],
          [certificate, 'shared', 'mounted read-only'],
          [socketPath, 'shared', 'a socket of the host'],
        ]),
      );
      const { ino } = await stat(file);
      const before = await fingerprint(file);
      const left = await upgradeAndBack(name, async () => {
        expect(await inside(name, 'cat /etc/server.conf /etc/server.pem; stat -c "%a %Y" /etc/server.conf')).toBe(
          'level=info\none\n640 1600000000',
        );
        await inside(name, 'echo level=debug > /etc/server.conf');
        // A certificate that is renewed is renewed for every release.
        await writeFile(certificate, 'renewed\n');
      });
      expect((await stat(file)).ino).toBe(ino);
      expect(await fingerprint(file)).toEqual(before);
      expect(await inside(name, 'cat /etc/server.conf /etc/server.pem')).toBe('level=info\nrenewed');
      expect(await inside(name, 'test -S /run/ldap.sock && echo there')).toBe('there');
      await rollback(name, left);
      expect(await inside(name, 'cat /etc/server.conf')).toBe('level=debug');
    } finally {
      server.close();
    }
  });

  /** Returns the release that was left. */
  async function upgradeAndBack(name: string, between: () => Promise<void>): Promise<string> {
    await upgrade(name, '2.0');
    await between();
    const { release } = await belay.get<{ release: string }>(`/api/system?appliance=${name}`);
    await rollback(name);
    return release;
  }

  it('no mounts at all: it says that nothing is taken back', async () => {
    const make = (version: string) =>
      makeAppliance(bench.engine, { reference: bench.reference('stateless', version), changes: [GATE], volume: false });
    await make('1.0');
    await make('2.0');
    const name = bench.name('stateless');
    await docker(['run', '-d', '--name', name, bench.reference('stateless', '1.0')]);
    const before = await untouched(name);
    await belay.adopt(name, name);
    expect(await untouched(name)).toEqual(before);
    const warning = expect.stringContaining('There is no data in mounts');
    expect(await planOf(name, '2.0')).toMatchObject({ mounts: [], warnings: [warning] });
    const old = (await inspect(name)).Id;
    await upgradeAndBack(name, async () => {
      const plan = await belay.get(`/api/rollback/plan?appliance=${name}`);
      expect(plan).toMatchObject({ warnings: [warning], data: { changes: { added: 0, changed: 0, removed: 0 } } });
    });
    expect((await inspect(name)).Id).toBe(old);
  });

  it('a volume that only the new image declares belongs to its release', async () => {
    const name = await adopted('declares', ['-v', `${bench.name('declares-data')}:/data`]);
    await upgrade(name, '3.0');
    const volume = (await inspect(name)).Mounts.find(
      (mount: { Destination: string }) => mount.Destination === '/cache',
    ).Name;
    expect(volume).toMatch(/^belay-S[A-Z]{10}-2$/);
    await inside(name, 'echo kept > /cache/x');
    const { release } = await belay.get<{ release: string }>(`/api/system?appliance=${name}`);
    await rollback(name);
    expect((await inspect(name)).Mounts).toHaveLength(1);
    await rollback(name, release);
    expect(await inside(name, 'cat /cache/x')).toBe('kept');
    expect((await inspect(name)).Mounts).toHaveLength(2);
    const detail = await belay.get<ReleaseDetailView>(`/api/releases/${release}?appliance=${name}`);
    expect(detail.services[0]?.mounts.map(({ target }) => target)).toEqual(expect.arrayContaining(['/data', '/cache']));
    // From there on it is data like any other: the next upgrade clones it.
    await upgrade(name, '2.0');
    expect(await inside(name, 'cat /cache/x')).toBe('kept');
  });
});

function listening(path: string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(path, () => resolve(server));
  });
}
