import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { ReleaseDetailView, VersionsView } from '../../src/api/contract/release-views.ts';
import type { JobView } from '../../src/api/contract/snapshot-views.ts';
import { type PrivateRegistry, startRegistry } from '../../src/demo/private-engine/registry.ts';
import { type FaultyRegistry, startFaultyRegistry } from '../docker/faulty-registry.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { endState } from '../support/end-state.ts';
import { forgetImage } from '../support/images.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const run = promisify(execFile);
const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';

describeOnEngine('an appliance on a host without internet access', (bench) => {
  const { docker } = bench.engine;
  const container = bench.name('acme');
  const outside = mkdtempSync(join(tmpdir(), 'belay-bundle-'));
  const bundle = join(outside, 'acme-2.0.bundle');
  const partial = join(outside, '.acme-2.0.bundle.belay-partial');
  /** The vendor's registry, far away and behind a line that breaks off; the site's own one. */
  let vendor: PrivateRegistry;
  let far: FaultyRegistry;
  let site: PrivateRegistry;
  let belay: TestBelay;
  let typed: { set: { Config: { Image: string } }; data: unknown };
  const made: Record<string, { imageId: string; digest: string | null }> = {};

  const image = (tag: string) => `${far.address}/no-internet/server:${tag}`;
  const witness = () => docker(['exec', container, 'cat', '/data/witness', '/data/format']);
  const runningImage = async () => (await docker(['inspect', '-f', '{{.Image}}', container])).trim();
  const line = (is: 'up' | 'down' | 'blob-stalled') => far.setFault('/', is === 'up' ? 'none' : is);
  const serverOf = async (release = '') => {
    const { services } = await belay.get<ReleaseDetailView>(`/api/releases/${release}`);
    return services[0];
  };
  const active = async () => (await belay.releases()).find(({ status }) => status === 'active')?.id ?? '';

  async function begin(name: string): Promise<void> {
    await docker(['run', '-d', '--name', name, '--restart', 'always', image('1.0')]);
    await serves(name, '1');
    await docker(['exec', name, 'sh', '-c', 'echo first > /data/witness']);
  }
  const serves = (name: string, format: string) =>
    vi.waitUntil(async () => (await docker(['exec', name, 'cat', '/data/format']).catch(() => '')) === format, {
      timeout: 30_000,
      interval: 100,
    });
  /** What is carried by hand: the image in a file, then the documented procedure. */
  async function byHand(): Promise<unknown> {
    const [original, box, upgraded] = [bench.name('original'), bench.name('box'), bench.name('upgraded')];
    const file = join(outside, 'image.tar');
    await docker(['pull', image('2.0')]);
    await docker(['save', '-o', file, image('2.0')]);
    await forgetImage(bench.engine, image('2.0'));
    await begin(original);
    await docker(['stop', original]);
    await docker(['create', '--volumes-from', original, '--name', box, image('1.0')]);
    await docker(['load', '-i', file]);
    rmSync(file);
    await docker(['run', '-d', '--name', upgraded, '--restart', 'always', '--volumes-from', box, image('2.0')]);
    await serves(upgraded, '2');
    await docker(['rm', original]);
    const end = await endState(bench.engine, upgraded, '/data');
    await docker(['rm', '-f', '-v', upgraded, box]);
    await forgetImage(bench.engine, image('2.0'));
    return end;
  }

  beforeAll(async () => {
    vendor = await startRegistry();
    site = await startRegistry();
    far = await startFaultyRegistry(vendor.address);
    for (const n of [1, 2, 3, 4]) {
      const files = [{ path: 'payload', content: randomBytes(2 << 20) }];
      const reference = image(`${n}.0`);
      made[`${n}.0`] = await makeAppliance(bench.engine, { reference, changes: [GATE], dataFormat: n, files });
      if (n > 1) await forgetImage(bench.engine, reference);
    }
    typed = (await byHand()) as typeof typed;
    await begin(container);
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    await belay.adopt(container, 'acme');
  }, 300_000);
  afterAll(async () => {
    await belay?.close();
    await Promise.all([vendor?.stop(), site?.stop(), far?.stop()]);
    rmSync(outside, { recursive: true, force: true });
  });

  it('has a version put into a bundle, which goes on where the daemon was killed', async () => {
    await expect.poll(() => witness().catch(() => ''), { timeout: 20_000 }).toMatch(/\n1$/);
    line('blob-stalled');
    const begun = await belay.post<JobView>('/api/bundles/export', { version: '2.0', file: bundle });
    const arrived = () => (existsSync(partial) ? statSync(partial).size : 0);
    await expect.poll(arrived, { timeout: 20_000 }).toBeGreaterThan(1 << 20);
    await belay.kill();
    line('up');
    await belay.start();
    expect(await belay.get<JobView>(`/api/jobs/${begun.id}`)).toMatchObject({ state: 'failed' });
    far.rangesFrom.length = 0;
    const job = await belay.work('/api/bundles/export', { version: '2.0', file: bundle });
    expect(job).toMatchObject({ state: 'done', kind: 'export-bundle', appliance: 'acme' });
    expect(far.rangesFrom).toEqual([expect.any(Number)]);
    expect(far.rangesFrom[0]).toBeGreaterThan(1 << 19);
    expect(existsSync(partial)).toBe(false);
  });

  it('has an OCI layout in it that says the sum of each of its files', async () => {
    const unpacked = join(outside, 'unpacked');
    await run('mkdir', [unpacked]);
    await run('tar', ['-xf', bundle, '-C', unpacked]);
    await run('sha256sum', ['--strict', '--quiet', '-c', 'belay/SHA256SUMS'], { cwd: unpacked });
    const index = JSON.parse(readFileSync(join(unpacked, 'index.json'), 'utf8'));
    expect(index.manifests).toMatchObject([{ digest: made['2.0']?.digest }]);
  });

  it('refuses a bundle with one flipped bit, or without its end, and the engine has nothing of it', async () => {
    const bytes = readFileSync(bundle);
    const bad = join(outside, 'bad.bundle');
    for (const spoil of [
      () => bytes.subarray(0, bytes.length - 2048),
      () => {
        const flipped = Buffer.from(bytes);
        flipped[bytes.length / 2] = (flipped[bytes.length / 2] ?? 0) ^ 1;
        return flipped;
      },
    ]) {
      writeFileSync(bad, spoil());
      const job = await belay.work('/api/bundles/import', { file: bad });
      expect(job).toMatchObject({ state: 'failed', message: expect.stringContaining('The archive is damaged') });
    }
    await expect(docker(['image', 'inspect', made['2.0']?.imageId ?? ''])).rejects.toThrow('No such image');
  });

  it('is upgraded from the bundle while no registry answers, ends as typed by hand, and is rolled back', async () => {
    line('down');
    await expect(belay.upgrade('2.0')).rejects.toThrow('cannot be reached');
    const job = await belay.work('/api/bundles/import', { file: bundle });
    expect(job).toMatchObject({ state: 'done', message: expect.stringContaining('has the image of acme 2.0') });
    expect(await belay.work('/api/bundles/import', { file: bundle })).toMatchObject({
      message: expect.stringContaining('which was here already'),
    });
    const { versions } = await belay.get<VersionsView>('/api/versions');
    expect(versions.find(({ version }) => version === '2.0')).toMatchObject({ here: true, inRegistry: false });
    const before = await witness();
    expect(await belay.upgrade('2.0')).toMatchObject({ reason: null, state: 'succeeded' });
    expect(await runningImage()).toBe(made['2.0']?.imageId);
    // What came in a bundle is known by its id: for both of them it is the same image.
    const { set, data } = (await endState(bench.engine, container, '/data')) as typeof typed;
    const Config = { ...set.Config, Image: typed.set.Config.Image };
    expect({ set: { ...set, Config }, data }).toEqual(typed);
    const upgraded = await active();
    expect(await serverOf(upgraded)).toMatchObject({ image: image('2.0'), digest: made['2.0']?.digest });
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded', to: '1.0' });
    expect(await witness()).toBe(before);
    expect(await belay.rollback(upgraded)).toMatchObject({ state: 'succeeded', to: '2.0' });
  });

  it('takes the digest of the bundle, also when the tag has moved since', async () => {
    line('up');
    await makeAppliance(bench.engine, { reference: image('2.0'), changes: [GATE, 'LABEL moved=yes'], dataFormat: 2 });
    await forgetImage(bench.engine, image('2.0'));
    const plan = await belay.get<{ to: object }>('/api/upgrade/plan?version=2.0');
    expect(plan.to).toMatchObject({ digest: made['2.0']?.digest, alreadyHere: true });
  });

  it("is upgraded and rolled back from the site's own registry while no other one answers", async () => {
    const job = await belay.work('/api/mirror', { version: '3.0', registry: `${site.address}/from/vendor` });
    expect(job).toMatchObject({ state: 'done', message: expect.stringContaining(`${site.address}/from/vendor has`) });
    const there = await fetch(`http://${site.address}/v2/from/vendor/no-internet/server/manifests/3.0`, {
      headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    });
    expect(there.headers.get('docker-content-digest')).toBe(made['3.0']?.digest);
    line('down');
    const { versions } = await belay.get<VersionsView>('/api/versions');
    expect(versions.find(({ version }) => version === '3.0')).toMatchObject({ inMirror: true, here: false });
    expect(await belay.upgrade('3.0')).toMatchObject({ reason: null, state: 'succeeded' });
    const upgraded = await active();
    expect(await serverOf(upgraded)).toMatchObject({ image: image('3.0'), digest: made['3.0']?.digest });
    expect(await runningImage()).toBe(made['3.0']?.imageId);
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded', to: '2.0' });
    // With its container and its image gone it is fetched from where it was mirrored.
    const [left = ''] = (await docker(['ps', '-aq', '--filter', `label=io.belay.release=${upgraded}`])).split('\n');
    await docker(['rm', '-f', left]);
    await docker(['rmi', '-f', made['3.0']?.imageId ?? '']);
    expect(await belay.rollback(upgraded)).toMatchObject({ state: 'succeeded', to: '3.0' });
  });

  it('sends what came in a bundle to the registry of the site, and takes what is there', async () => {
    const again = await belay.work('/api/mirror', { version: '3.0', registry: `${site.address}/from/vendor` });
    expect(again).toMatchObject({ state: 'done', message: expect.stringContaining('already') });
    const sent = await belay.work('/api/mirror', { version: '2.0', registry: site.address });
    expect(sent).toMatchObject({ state: 'done', message: expect.stringContaining(`${site.address} has the image`) });
    const nobody = await belay.work('/api/mirror', { version: '4.0', registry: site.address });
    expect(nobody).toMatchObject({ state: 'failed', message: expect.stringContaining('cannot be reached') });
    // Another one's journal knows nothing of a mirror: with the line down it takes what is there.
    line('up');
    const elsewhere = join(outside, 'second');
    expect(await belay.work('/api/mirror', { version: '4.0', registry: site.address })).toMatchObject({
      state: 'done',
    });
    const other = new TestBelay(bench.engine.dockerHost, undefined, elsewhere);
    try {
      await other.start();
      await other.adopt(container, 'other');
      line('down');
      const taken = await other.work('/api/mirror', { version: '4.0', registry: site.address });
      expect(taken).toMatchObject({ state: 'done', message: expect.stringContaining('already') });
      const plan = await other.get<{ to: object }>('/api/upgrade/plan?version=4.0');
      expect(plan.to).toMatchObject({ digest: made['4.0']?.digest, alreadyHere: false });
    } finally {
      await other.close();
    }
  });

  it('has a version of two services in one bundle, and goes up and back with both while no registry answers', async () => {
    line('up');
    const of = (service: string, tag: string) => `${far.address}/no-internet/pair-${service}:${tag}`;
    const name = (service: string) => bench.name(`pair-${service}-1`);
    const ids: Record<string, string> = {};
    for (const service of ['server', 'worker']) {
      for (const [tag, dataFormat] of [
        ['1.0', 1],
        ['2.0', 2],
      ] as const) {
        const { imageId } = await makeAppliance(bench.engine, {
          reference: of(service, tag),
          changes: [GATE],
          dataFormat,
        });
        ids[`${service} ${tag}`] = imageId;
      }
      await forgetImage(bench.engine, of(service, '2.0'));
      const compose = { project: bench.name('pair'), service, oneoff: 'False', 'container-number': '1' };
      const dependsOn = service === 'server' ? 'worker:service_healthy:false' : '';
      const labels = Object.entries({ ...compose, depends_on: dependsOn }).flatMap(([key, value]) => [
        '--label',
        `com.docker.compose.${key}=${value}`,
      ]);
      await docker(['run', '-d', '--name', name(service), ...labels, of(service, '1.0')]);
      await serves(name(service), '1');
    }
    await belay.post('/api/appliances', { project: bench.name('pair'), name: 'pair' });
    const running = () =>
      Promise.all(['server', 'worker'].map((each) => docker(['inspect', '-f', '{{.Image}}', name(each)])));
    const operate = async (what: string, body: object) =>
      belay.ended(await belay.post<OperationView>(`/api/cluster/${what}?appliance=pair`, body));

    const file = join(outside, 'pair-2.0.bundle');
    const exported = await belay.work('/api/bundles/export?appliance=pair', { version: '2.0', file });
    expect(exported).toMatchObject({ state: 'done', appliance: 'pair' });
    line('down');
    await expect(operate('upgrade', { version: '2.0' })).rejects.toThrow('cannot be reached');
    expect(await belay.work('/api/bundles/import', { file })).toMatchObject({
      state: 'done',
      message: expect.stringContaining('images of pair 2.0'),
    });
    expect(await operate('upgrade', { version: '2.0' })).toMatchObject({ state: 'succeeded', reason: null });
    expect(await running()).toEqual([ids['server 2.0'], ids['worker 2.0']]);
    expect(await operate('rollback', {})).toMatchObject({ state: 'succeeded' });
    expect(await running()).toEqual([ids['server 1.0'], ids['worker 1.0']]);
  });

  it.each([
    ['export', { version: '../x', file: '/tmp/x.bundle' }, 'is not a version'],
    ['import', { file: 'relative' }, 'whole path'],
    ['mirror', { version: '2.0', registry: 'https://registry' }, 'is not the name of a registry'],
    ['mirror', { version: '2.0', registry: 'vendor' }, 'is not the name of a registry'],
  ])('answers bad input to %s with one sentence', async (what, input, message) => {
    const path =
      what === 'mirror'
        ? '/api/mirror?appliance=acme'
        : `/api/bundles/${what}${what === 'export' ? '?appliance=acme' : ''}`;
    await expect(belay.post(path, input)).rejects.toThrow(message);
  });
});
