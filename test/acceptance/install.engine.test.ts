import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { ReleaseDetailView } from '../../src/api/contract/release-views.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { makeImage } from '../support/images.ts';
import { describeOnEngine } from '../support/on-engine.ts';

describeOnEngine('an appliance is installed from its manifest', (bench) => {
  const { docker } = bench.engine;
  const name = bench.name('acme');
  let belay: TestBelay;

  const manifest = (version: string) => `
services:
  server:
    image: ${bench.reference('server', version)}
    container_name: ${name}
    environment: {LOG_LEVEL: info, LIMIT: 1.10}
    ports: ["127.0.0.1::8080"]
    volumes: [data:/data, /var/cache]
    depends_on: {db: {condition: service_healthy}}
    restart: always
    labels: {tier: gold}
    mem_limit: 256m
  db:
    image: ${bench.reference('db', '14')}
    volumes: [db:/data]
    networks: {default: {aliases: [database]}}
volumes: {data: , db: }
x-belay:
  title: Acme Server
  gate: {deadline: 20s, stable: 1s}
  services:
    server: {role: controller, gate: {ports: [8080]}}
`;
  const input = (text: string) => ({ name, manifest: { file: 'appliance.yaml', directory: '/srv', text, files: {} } });
  const install = (text: string) => belay.post<OperationView>('/api/appliances/install', input(text));
  const inspect = async (idOrName: string) => JSON.parse(await docker(['inspect', idOrName]))[0];
  const list = async (...args: string[]) => (await docker(args)).split('\n').filter((line) => line !== '');
  /** Everything on the engine that bears the appliance's name or Belay's labels for it. */
  const leftOver = async () => {
    const mine = ['--filter', `label=io.belay.appliance=${name}`, '--format'];
    return [
      ...(await list('ps', '-a', ...mine, '{{.Names}}')),
      ...(await list('volume', 'ls', ...mine, '{{.Name}}')),
      ...(await list('network', 'ls', ...mine, '{{.Name}}')),
      ...(await list('ps', '-a', '--filter', `name=${name}`, '--format', '{{.Names}}')),
      ...(await list('volume', 'ls', '--filter', `name=${name}`, '--format', '{{.Name}}')),
    ];
  };

  beforeAll(async () => {
    await makeAppliance(bench.engine, { reference: bench.reference('server', '1.0') });
    await makeAppliance(bench.engine, { reference: bench.reference('server', '2.0'), dataFormat: 2 });
    await makeAppliance(bench.engine, { reference: bench.reference('server', '1.1'), behaviour: 'exits-at-once' });
    await makeAppliance(bench.engine, {
      reference: bench.reference('server', '1.2'),
      behaviour: 'hangs',
      afterSeconds: 90,
    });
    await makeImage(bench.engine, {
      reference: bench.reference('db', '14'),
      files: [{ path: 'data/seed', content: 'from the image\n' }],
      changes: [
        'CMD ["/bin/sh", "-c", "trap \'exit 0\' TERM; sleep 1; touch /tmp/ready; while :; do sleep 1; done"]',
        'ENV PATH=/bin',
        'VOLUME /data',
        'HEALTHCHECK --interval=1s --retries=20 CMD test -e /tmp/ready',
      ],
    });
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await belay?.close();
  });

  it('leaves nothing behind when it does not prove itself', async () => {
    const operation = await belay.ended(await install(manifest('1.1')));
    expect(operation).toMatchObject({ kind: 'install', state: 'failed', to: '1.1' });
    expect(operation.reason).toBe('1.1 did not prove itself (server): it exited with code 1.');
    expect(operation.logTail.join('\n')).toContain('fatal: cannot find the licence');
    expect(await leftOver()).toEqual([]);
    expect(await belay.get('/api/appliances')).toEqual([]);
  });

  it('is aborted while it waits for what does not come, and leaves nothing behind', async () => {
    await expect(belay.post('/api/upgrade/abort')).rejects.toThrow('Belay looks after nothing yet.');
    const operation = await install(manifest('1.2'));
    const stepOf = async () => {
      const { steps } = await belay.get<OperationView>(`/api/upgrade/status?operation=${operation.id}`);
      return steps.find(({ status }) => status === 'running')?.name;
    };
    await expect.poll(stepOf, { timeout: 60_000 }).toBe('gate');
    await belay.post('/api/upgrade/abort');
    const ended = await belay.ended(operation);
    expect(ended).toMatchObject({ state: 'failed', reason: 'The installation was aborted by admin.' });
    expect(await leftOver()).toEqual([]);
    await expect(belay.post(`/api/upgrade/abort?appliance=${name}`)).rejects.toThrow(
      `No upgrade of ${name} is running.`,
    );
  });

  it('is refused before anything is made where something is there already, or is not there', async () => {
    await docker(['volume', 'create', `${name}_db`]);
    await expect(install(manifest('1.0'))).rejects.toThrow(`There is a volume ${name}_db already`);
    await docker(['volume', 'rm', `${name}_db`]);
    const bound = manifest('1.0').replace('db:/data', `/srv/${name}-is-not-there:/data`);
    await expect(install(bound)).rejects.toThrow('is not there, which db mounts at /data.');
    await expect(install(manifest('9.9'))).rejects.toThrow('There is no version 9.9');
    await expect(install(manifest('1.0').replace('ports:', 'prots:'))).rejects.toThrow(
      /^appliance\.yaml:7:5: services\.server\.prots: there is no such key\. Did you mean ports\?$/,
    );
    expect(await leftOver()).toEqual([]);
  });

  it.each(['storage:acted', 'prepare:acted', 'start:acted', 'gate:intent'])(
    'is taken away by the next daemon when one was killed at %s',
    async (crashAt) => {
      await belay.kill();
      await belay.start({ crashAt });
      const { id } = await install(manifest('1.0'));
      expect(await belay.died()).toBe('SIGKILL');
      await belay.start();
      const operation = await belay.ended({ id } as OperationView);
      expect(operation.state).toBe('failed');
      expect(await leftOver()).toEqual([]);
    },
  );

  it('is there when the daemon was killed right after it had taken over', async () => {
    await belay.kill();
    await belay.start({ crashAt: 'commit:done' });
    const { id } = await install(manifest('1.0'));
    expect(await belay.died()).toBe('SIGKILL');
    await belay.start();
    expect((await belay.ended({ id } as OperationView)).state).toBe('succeeded');
    expect(await belay.system()).toMatchObject({
      appliance: name,
      title: 'Acme Server',
      version: '1.0',
      state: 'running',
    });
  });

  it('has what the manifest asks for', async () => {
    const server = await inspect(name);
    expect(server.Config.Env).toEqual(expect.arrayContaining(['LOG_LEVEL=info', 'LIMIT=1.10']));
    expect(server.Config.Labels.tier).toBe('gold');
    expect(server.HostConfig).toMatchObject({ Memory: 268_435_456, RestartPolicy: { Name: 'always' } });
    expect(Object.keys(server.NetworkSettings.Networks)).toEqual([`${name}_default`]);
    expect(server.Mounts.map((mount: { Destination: string }) => mount.Destination).sort()).toEqual([
      '/data',
      '/var/cache',
    ]);
    expect(await docker(['exec', name, 'wget', '-q', '-O', '-', 'http://127.0.0.1:8080/version'])).toBe('1.0');
    const db = await inspect(`${name}-db`);
    expect(Date.parse(server.State.StartedAt) - Date.parse(db.State.StartedAt)).toBeGreaterThan(900);
    expect(await docker(['exec', `${name}-db`, 'cat', '/data/seed'])).toBe('from the image');
    expect(await docker(['exec', name, 'nslookup', 'database'])).toMatch(/Address.*: \d+\.\d+/);
    const [release] = await belay.releases();
    const detail = await belay.get<ReleaseDetailView>(`/api/releases/${release?.id}`);
    expect(detail).toMatchObject({ origin: 'install', status: 'active', version: '1.0' });
    expect(detail.services.map((service) => service.name)).toEqual(['db', 'server']);
    await expect(install(manifest('1.0'))).rejects.toThrow(`There is an appliance named ${name} already.`);
  });

  it('is upgraded and rolled back like any other, its database staying on its image', async () => {
    await docker(['exec', `${name}-db`, 'sh', '-c', 'echo changed > /data/seed; sync /data/seed']);
    const witness = await docker(['exec', name, 'cat', '/data/witness']);
    expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded', reason: null });
    const images = (await belay.system()).services.map(({ image }) => image.replace(/.*\//, ''));
    expect(images).toEqual(['db:14', 'server:2.0']);
    expect(await docker(['exec', `${name}-db`, 'cat', '/data/seed'])).toBe('changed');
    expect(await docker(['exec', name, 'cat', '/data/witness'])).not.toBe(witness);
    expect(await belay.rollback()).toMatchObject({ state: 'succeeded', reason: null });
    expect(await docker(['exec', name, 'cat', '/data/witness'])).toBe(witness);
    expect(await docker(['exec', name, 'wget', '-q', '-O', '-', 'http://127.0.0.1:8080/version'])).toBe('1.0');
  });
});
