import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ManifestView } from '../../src/api/contract/manifest-views.ts';
import { type PrivateEngine, startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { type PrivateRegistry, startRegistry } from '../../src/demo/private-engine/registry.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
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
    await docker(['run', '-d', '--name', container, '--restart=unless-stopped', image('1.0')]);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await there?.close();
    await bare?.stop();
    await belay?.close();
    await registry?.stop();
    rmSync(backup, { recursive: true, force: true });
  });

  it('is adopted with what a manifest says of it, without being touched', async () => {
    await expect.poll(() => witness().catch(() => ''), { timeout: 30_000 }).toMatch(/^[0-9a-f]{32}/);
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
    await expect.poll(() => witness().catch(() => ''), { timeout: 30_000 }).toMatch(/^[0-9a-f]{32}/);
    const before = await witness();
    await note('after');
    const imported = await belay.work('/api/snapshots/import', { file: join(backup, file) });
    expect(imported).toMatchObject({ state: 'done', message: expect.stringContaining('is the snapshot S') });
    expect(await belay.restore(imported.snapshot as string)).toMatchObject({ state: 'succeeded', reason: null });
    expect(await witness()).toBe(before);
    expect(await notes()).toBe('before');
    expect((await belay.rollback()).state).toBe('succeeded');
    expect(await notes()).toBe('before\nafter');
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
