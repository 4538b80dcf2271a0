import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ManifestView } from '../../src/api/contract/manifest-views.ts';
import type { UpgradePlanView } from '../../src/api/contract/plan-views.ts';
import type { ReleaseDetailView, ReleaseView } from '../../src/api/contract/release-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

describeOnEngine('a project of a server, its helper and a database', (bench) => {
  const { docker } = bench.engine;
  const project = bench.name('shop');
  const network = `${project}_default`;
  const container = (service: string) => `${project}-${service}-1`;
  const services = ['db', 'helper', 'server'];
  let belay: TestBelay;

  // As `docker compose up` makes them.
  const run = (service: string, image: string, more: string[] = [], dependsOn = '') => {
    const labels = { project, service, oneoff: 'False', 'container-number': '1', depends_on: dependsOn };
    return docker([
      ...['run', '-d', '--name', container(service), '--network', network, '--network-alias', service],
      ...Object.entries(labels).flatMap(([key, value]) => ['--label', `com.docker.compose.${key}=${value}`]),
      ...more,
      image,
    ]);
  };
  const inspect = async (idOrName: string) => JSON.parse(await docker(['inspect', idOrName]))[0];
  const ids = () => Promise.all(services.map(async (service) => (await inspect(container(service))).Id as string));
  const data = (service: string) => docker(['exec', container(service), 'sh', '-c', 'cat /data/witness /data/notes']);
  const allData = async () => [await data('db'), await data('helper'), await data('server')];
  const note = (words: string) =>
    Promise.all(
      services.map((service) =>
        docker(['exec', container(service), 'sh', '-c', `echo ${words} >> /data/notes; sync /data/notes`]),
      ),
    );
  /** The name by which the server knows the database leads to the one that runs: by name, because this engine lets no packet through. */
  const reached = async () => {
    const { IPAddress } = (await inspect(container('db'))).NetworkSettings.Networks[network];
    return (await docker(['exec', container('server'), 'nslookup', 'db'])).includes(IPAddress);
  };
  const startedAt = async (id: string) => Date.parse((await inspect(id)).State.StartedAt);
  const images = async () =>
    (await belay.system()).services.map(({ name, image, state }) => `${name} ${image.replace(/.*\//, '')} ${state}`);

  beforeAll(async () => {
    const gate = 'LABEL io.belay.gate.stable=1s io.belay.gate.deadline=20s';
    const make = (name: string, tag: string, options: object = {}) =>
      makeAppliance(bench.engine, { reference: bench.reference(name, tag), changes: [gate], ...options });
    await make('db', '14', { behaviour: 'slow-migration', afterSeconds: 2 });
    await make('helper', '1.0');
    await make('helper', '2.0');
    await make('helper', '2.1');
    await make('server', '1.0');
    await make('server', '2.0', { dataFormat: 2 });
    await make('server', '2.1', { dataFormat: 3, behaviour: 'exits-at-once' });
    await make('server', '2.2');
    await docker(['network', 'create', network]);
    await run('db', bench.reference('db', '14'), ['-v', `${project}_db:/data`, '--restart', 'unless-stopped']);
    await run(
      'helper',
      bench.reference('helper', '1.0'),
      ['-v', `${project}_db:/shared:ro`],
      'db:service_started:false',
    );
    const after = 'db:service_healthy:false,helper:service_started:false';
    await run(
      'server',
      bench.reference('server', '1.0'),
      ['-v', `${project}_server:/data`, '--restart', 'always'],
      after,
    );
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
    // The database takes its time until it has data.
    const look = () => docker(['exec', container('db'), 'test', '-e', '/data/witness']);
    const isThere = () =>
      look().then(
        () => true,
        () => false,
      );
    await vi.waitUntil(isThere, { timeout: 30_000, interval: 100 });
  });
  afterAll(async () => {
    await belay?.close();
  });

  it('is adopted whole, with the service that nobody waits for as the controller', async () => {
    const before = await ids();
    const release = await belay.post<ReleaseView>('/api/appliances', { project, name: 'shop' });
    expect(release).toMatchObject({ version: '1.0', status: 'active', origin: 'adopt' });
    expect(await ids()).toEqual(before);
    const detail = await belay.get<ReleaseDetailView>(`/api/releases/${release.id}`);
    expect(detail.services.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'db app',
      'helper app',
      'server controller',
    ]);
    expect(await images()).toEqual(['db db:14 running', 'helper helper:1.0 running', 'server server:1.0 running']);
    await expect(belay.post('/api/appliances', { project, name: 'again' })).rejects.toThrow(
      'belongs to the appliance shop',
    );
  });

  it('says before an upgrade which image follows and which stays', async () => {
    const plan = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=2.0');
    expect(plan.obstacles).toEqual([]);
    expect(plan.services.map(({ name, to }) => `${name} ${to.replace(/.*\//, '')}`)).toEqual([
      'db db:14',
      'helper helper:2.0',
      'server server:2.0',
    ]);
    expect(plan.to.image).toBe(bench.reference('server', '2.0'));
    // What the database writes the helper only reads: one slot, cloned once.
    expect(plan.mounts.map(({ targets, treatment }) => `${targets.join(' ')} ${treatment}`).sort()).toEqual([
      '/data /shared pre-copy',
      '/data pre-copy',
      '/data pre-copy',
    ]);
  });

  it('is refused where an image that follows has no such version', async () => {
    await expect(belay.upgrade('2.2')).rejects.toMatchObject({
      error: {
        code: 'not-found',
        message: expect.stringContaining('the image of helper'),
        hint: 'Where it has versions of its own, say so in the manifest: x-belay.services.helper.version: fixed',
      },
    });
  });

  let before: string[];
  let old: string[];
  it('is upgraded together, each service after what it depends on', async () => {
    await note('written-by-1.0');
    before = await allData();
    old = await ids();
    const operation = await belay.upgrade('2.0');
    expect(operation).toMatchObject({ state: 'succeeded', reason: null });
    expect(await images()).toEqual(['db db:14 running', 'helper helper:2.0 running', 'server server:2.0 running']);
    const [db = '', helper = '', server = ''] = await ids();
    expect(await startedAt(db)).toBeLessThan(await startedAt(helper));
    // The database takes two seconds until it is healthy, and the server waits for that.
    expect((await startedAt(server)) - (await startedAt(db))).toBeGreaterThan(1_900);
    const ended = await Promise.all(old.map(async (id) => Date.parse((await inspect(id)).State.FinishedAt)));
    expect(ended).toEqual([...ended].sort((a, b) => b - a));
    expect(await reached()).toBe(true);
    // The same data, on volumes of its own; the helper sees the database's clone, not its original.
    expect((await allData()).map((text) => text.split('\n').at(-1))).toEqual(services.map(() => 'written-by-1.0'));
    const mounts = (await inspect(helper)).Mounts as { Destination: string; Name: string; RW: boolean }[];
    const shared = mounts.find(({ Destination }) => Destination === '/shared');
    const own = ((await inspect(db)).Mounts as { Name: string }[])[0];
    expect(shared).toMatchObject({ Name: own?.Name, RW: false });
    expect(shared?.Name).toMatch(/^belay-S/);
    expect((await inspect(server)).HostConfig.RestartPolicy.Name).toBe('always');
  });

  it('comes back as a whole when one of its services does not prove itself', async () => {
    const [dataBefore, idsBefore] = [await allData(), await ids()];
    const operation = await belay.upgrade('2.1');
    expect(operation.state).toBe('rolled-back');
    expect(operation.logTail.join('\n')).toContain('fatal: cannot find the licence');
    expect(await ids()).toEqual(idsBefore);
    expect(await allData()).toEqual(dataBefore);
    expect(await images()).toEqual(['db db:14 running', 'helper helper:2.0 running', 'server server:2.0 running']);
    expect(await reached()).toBe(true);
  });

  it('is rolled back together, with the data of every service', async () => {
    await note('written-by-2.0');
    const operation = await belay.rollback();
    expect(operation).toMatchObject({ state: 'succeeded', reason: null });
    expect(await ids()).toEqual(old);
    expect(await allData()).toEqual(before);
    expect(await images()).toEqual(['db db:14 running', 'helper helper:1.0 running', 'server server:1.0 running']);
    expect(await reached()).toBe(true);
  });

  const manifest = (text: string) => ({ manifest: { file: 'appliance.yaml', directory: '/srv', text, files: {} } });
  const described = (belayKeys: string) =>
    `services: {server: {image: s}, helper: {image: h}, db: {image: d}}\nx-belay:\n  services:\n    server: {role: controller}\n${belayKeys}`;

  it('heeds a manifest from when it is put in force', async () => {
    const text = described(
      '    helper: {version: fixed}\n  title: Shop\n  banner: |\n    Welcome\n    to the shop\n  prompt: shop-1\n  floor: 1.5\n  gate: {stable: 500ms}\n',
    );
    const view = await belay.post<ManifestView>('/api/manifest', manifest(text));
    expect(view).toMatchObject({ file: 'appliance.yaml', title: 'Shop', floor: '1.5' });
    expect(await belay.get<ManifestView>('/api/manifest')).toEqual(view);
    expect(await belay.system()).toMatchObject({
      title: 'Shop',
      banner: ['Welcome', 'to the shop'],
      promptName: 'shop-1',
    });
    const plan = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=2.2');
    expect(plan.services.map(({ name, to }) => `${name} ${to.replace(/.*\//, '')}`)).toEqual([
      'db db:14',
      'helper helper:1.0',
      'server server:2.2',
    ]);
    const back = await belay.get<UpgradePlanView>('/api/upgrade/plan?version=1.0');
    expect(back.obstacles.map(({ message }) => message)).toContain(
      '1.0 is below 1.5, the oldest version that the manifest allows.',
    );
    expect((await belay.upgrade('2.2')).state).toBe('succeeded');
    expect(await images()).toEqual(['db db:14 running', 'helper helper:1.0 running', 'server server:2.2 running']);
  });

  it('refuses to go below the floor, and a manifest of other services', async () => {
    await expect(belay.rollback()).rejects.toThrow(
      'A rollback is supported only to 1.5 and later, and the previous version is 1.0.',
    );
    const other = described('').replace('helper: {image: h}, ', '');
    await expect(belay.post('/api/manifest', manifest(other))).rejects.toThrow(
      'helper runs, and the manifest does not say what it is.',
    );
    const roles = described('    db: {role: engine}\n');
    await expect(belay.post('/api/manifest', manifest(roles))).rejects.toThrow(
      'The manifest makes db the engine; it is the app.',
    );
    await expect(belay.post('/api/manifest', manifest('services: {'))).rejects.toThrow(/^appliance.yaml:1:\d+: /);
    expect((await belay.get<ManifestView>('/api/manifest')).floor).toBe('1.5');
  });
});
