import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ManifestView } from '../../src/api/contract/manifest-views.ts';
import { type PrivateEngine, startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { type PrivateRegistry, startRegistry } from '../../src/demo/private-engine/registry.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { endState } from '../support/end-state.ts';
import { makeImage } from '../support/images.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=30s';

describeOnEngine('a Rancher server of its own data', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('rancher');
  const backup = mkdtempSync(join(tmpdir(), 'belay-backup-'));
  let registry: PrivateRegistry;
  let belay: TestBelay;
  let bare: PrivateEngine | null = null;
  let there: TestBelay | null = null;
  let typed: { restored: unknown; rolledBack: unknown };

  const image = (tag: string) => `${registry.address}/rancher/rancher:${tag}`;
  const witness = (engine = bench.engine) => engine.docker(['exec', container, 'cat', '/var/lib/rancher/witness']);
  const notes = () => docker(['exec', container, 'cat', '/var/lib/rancher/notes']);
  const note = (words: string) =>
    docker(['exec', container, 'sh', '-c', `echo ${words} >> /var/lib/rancher/notes; sync /var/lib/rancher/notes`]);

  beforeAll(async () => {
    registry = await startRegistry();
    for (const n of [1, 2]) {
      await makeAppliance(bench.engine, {
        reference: image(`${n}.0`),
        dataFormat: n,
        dataPath: '/var/lib/rancher',
        changes: [GATE],
      });
    }
    await makeImage(bench.engine, { reference: bench.name('alpine'), changes: ['ENV PATH=/bin'] });
    typed = await byHand();
    await docker(['run', '-d', '--name', container, '--restart=unless-stopped', image('1.0')]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  }, 300_000);
  afterAll(async () => {
    await there?.close();
    await bare?.stop();
    await belay?.close();
    await registry?.stop();
    rmSync(backup, { recursive: true, force: true });
  });

  const serves = (name: string, format: string) =>
    vi.waitUntil(
      async () => (await docker(['exec', name, 'cat', '/var/lib/rancher/format']).catch(() => '')) === format,
      {
        timeout: 30_000,
        interval: 100,
      },
    );
  const ownNote = (name: string, words: string) =>
    docker(['exec', name, 'sh', '-c', `echo ${words} >> /var/lib/rancher/notes; sync /var/lib/rancher/notes`]);
  /** The very commands of the vendor's, with the name of the image made here for that of alpine. */
  async function byHand(): Promise<{ restored: unknown; rolledBack: unknown }> {
    const [original, upgraded, box] = [bench.name('original'), bench.name('upgraded'), bench.name('data-1.0')];
    const [alpine, file] = [bench.name('alpine'), 'by-hand.tar.gz'];
    const start = ['run', '-d', '--restart=unless-stopped'];
    const restore = (container: string) => {
      const script = `rm /var/lib/rancher/* -rf && tar zxvf /backup/${file}`;
      return docker([
        'run',
        '--rm',
        '--volumes-from',
        container,
        '-v',
        `${backup}:/backup`,
        alpine,
        'sh',
        '-c',
        script,
      ]);
    };
    await docker([...start, '--name', original, image('1.0')]);
    await serves(original, '1');
    await docker(['exec', original, 'sh', '-c', 'echo first > /var/lib/rancher/witness']);
    await ownNote(original, 'before');
    await docker(['stop', original]);
    await docker(['create', '--volumes-from', original, '--name', box, image('1.0')]);
    const volumes = ['--volumes-from', box, '-v', `${backup}:/backup`];
    await docker(['run', '--rm', ...volumes, alpine, 'tar', 'zcf', `/backup/${file}`, '/var/lib/rancher']);
    await docker(['start', original]);
    await serves(original, '1');
    await ownNote(original, 'after');
    // A disaster: the backup under the version that runs.
    await docker(['stop', original]);
    await restore(original);
    await docker(['start', original]);
    await serves(original, '1');
    const restored = await endState(bench.engine, original, '/var/lib/rancher');
    // An unsuccessful upgrade: the version and the data from before.
    await docker(['stop', original]);
    await docker([...start, '--name', upgraded, '--volumes-from', box, image('2.0')]);
    await serves(upgraded, '2');
    await docker(['pull', image('1.0')]);
    await docker(['stop', upgraded]);
    await restore(box);
    const again = bench.name('again');
    await docker([...start, '--name', again, '--volumes-from', box, image('1.0')]);
    await serves(again, '1');
    const rolledBack = await endState(bench.engine, again, '/var/lib/rancher');
    await docker(['rm', '-f', '-v', original, upgraded, again, box]);
    rmSync(join(backup, file));
    return { restored, rolledBack };
  }

  it('is adopted with what a manifest says of it, without being touched', async () => {
    await serves(container, '1');
    await docker(['exec', container, 'sh', '-c', 'echo first > /var/lib/rancher/witness']);
    const startedAt = await docker(['inspect', '-f', '{{.State.StartedAt}}', container]);
    const manifest = (services: string) => ({
      file: 'appliance.yaml',
      directory: '/srv',
      files: {},
      text: `services: {${services}}\nx-belay: {title: Rancher, floor: "1.0", gate: {stable: 300ms}, services: {server: {role: controller}}}\n`,
    });
    const server = `server: {image: "${image('1.0')}"}`;
    const adopt = (services: string) =>
      belay.post('/api/appliances', { container, name: 'rancher', manifest: manifest(services) });
    await expect(adopt(`${server}, db: {image: "postgres:14"}`)).rejects.toThrow(
      'No service of the manifest has the container ',
    );
    expect(await belay.get('/api/appliances')).toEqual([]);
    await adopt(server);
    const inForce = await belay.get<ManifestView>('/api/manifest');
    expect(inForce).toMatchObject({
      title: 'Rancher',
      floor: '1.0',
      services: [{ name: 'server', role: 'controller' }],
    });
    expect(inForce.services[0]?.gate.stableMs).toBe(300);
    expect(await docker(['inspect', '-f', '{{.State.StartedAt}}', container])).toBe(startedAt);
    await expect(belay.upgrade('0.9')).rejects.toThrow();
  });

  it('is backed up as its vendor says, and restored from that tarball; today’s data is set aside', async () => {
    await note('before');
    // The very commands of the vendor's, with the name of the image for that of alpine.
    await docker(['stop', container]);
    await docker(['create', '--volumes-from', container, '--name', `${container}-data-1.0`, image('1.0')]);
    const [alpine, file] = [bench.name('alpine'), 'rancher-data-backup-1.0.tar.gz'];
    const volumes = ['--volumes-from', `${container}-data-1.0`, '-v', `${backup}:/backup`];
    await docker(['run', '--rm', ...volumes, alpine, 'tar', 'zcf', `/backup/${file}`, '/var/lib/rancher']);
    await docker(['start', container]);
    expect(readFileSync(join(backup, file)).readUInt16BE(0)).toBe(0x1f8b);
    await serves(container, '1');
    const before = await witness();
    await note('after');
    const imported = await belay.work('/api/snapshots/import', { file: join(backup, file) });
    expect(imported).toMatchObject({ state: 'done', message: expect.stringContaining('is the snapshot S') });
    expect(await belay.restore(imported.snapshot as string)).toMatchObject({ state: 'succeeded', reason: null });
    expect(await witness()).toBe(before);
    expect(await notes()).toBe('before');
    expect(await endState(bench.engine, container, '/var/lib/rancher')).toEqual(typed.restored);
    expect((await belay.rollback()).state).toBe('succeeded');
    expect(await notes()).toBe('before\nafter');
  });

  it('is rolled back as by hand after an upgrade: the same settings, the data from before', async () => {
    await docker(['exec', container, 'sh', '-c', 'echo before > /var/lib/rancher/notes; sync /var/lib/rancher/notes']);
    expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded', reason: null });
    await note('lost');
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded', to: '1.0' });
    expect(await endState(bench.engine, container, '/var/lib/rancher')).toEqual(typed.rolledBack);
  });

  it('is rolled back to on a bare host, from its snapshot and a bundle, with no registry reachable', async () => {
    const before = await witness();
    expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded', reason: null });
    const snapshot = (await belay.snapshots()).find(({ version }) => version === '1.0')?.id;
    const [data, images] = [join(backup, 'rancher-1.0.belay'), join(backup, 'rancher-1.0.bundle')];
    expect(await belay.work(`/api/snapshots/${snapshot}/export`, { file: data })).toMatchObject({ state: 'done' });
    expect(await belay.work('/api/bundles/export', { version: '1.0', file: images })).toMatchObject({ state: 'done' });
    await registry.stop();
    bare = await startPrivateEngine('bare');
    there = new TestBelay(bare.dockerHost);
    await there.start();
    const imported = await there.work('/api/snapshots/import', { file: data });
    expect(imported).toMatchObject({ state: 'done', appliance: 'rancher' });
    const [release] = await there.releases();
    // Without its image it is refused, and told what is missing.
    await expect(there.rollback(release?.id)).rejects.toThrow('its registry does not have them');
    const loaded = await there.work('/api/bundles/import', { file: images });
    expect(loaded).toMatchObject({ state: 'done', appliance: 'rancher' });
    expect(await there.rollback(release?.id)).toMatchObject({ state: 'succeeded', to: '1.0' });
    expect(await witness(bare)).toBe(before);
    expect(await there.system()).toMatchObject({ appliance: 'rancher', version: '1.0', state: 'running' });
  });
});
