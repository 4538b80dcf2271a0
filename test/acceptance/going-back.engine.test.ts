import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RollbackPlanView } from '../../src/api/contract/plan-views.ts';
import type { ReleaseView } from '../../src/api/contract/release-views.ts';
import type { SystemView } from '../../src/api/contract/system-views.ts';
import { freePort, type PrivateRegistry, startRegistry } from '../../src/demo/private-engine/registry.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';

const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=8s';

describeOnEngine('going back where something is in the way', (bench) => {
  const { docker } = bench.engine;
  let belay: TestBelay;
  let registry: PrivateRegistry;
  const reference = (repository: string, version: string) => `${registry.address}/${repository}:${version}`;

  beforeAll(async () => {
    registry = await startRegistry();
    belay = new TestBelay(bench.engine.dockerHost);
    await belay.start();
  });
  afterAll(async () => {
    await belay?.close();
    await registry?.stop();
  });

  const inside = (container: string, script: string) => docker(['exec', container, 'sh', '-c', script]);
  const idOf = (container: string) => docker(['inspect', '-f', '{{.Id}}', container]);
  const system = (name: string) => belay.get<SystemView>(`/api/system?appliance=${name}`);
  const releases = (name: string) => belay.get<ReleaseView[]>(`/api/releases?appliance=${name}`);
  const history = async (name: string) =>
    (await belay.get<OperationView[]>(`/api/upgrade/history?appliance=${name}`)).length;
  const begin = (name: string, path: string, body: object) =>
    belay.post<OperationView>(`${path}?appliance=${name}`, body);
  const upgrade = async (name: string, version: string) =>
    belay.ended(await begin(name, '/api/cluster/upgrade', { version }));
  const rollback = async (name: string, release?: string) =>
    belay.ended(await begin(name, '/api/cluster/rollback', release ? { release } : {}));

  /** An appliance on 2.0 that was 1.0, with a word in the data of each. Images of its own, for they are removed. */
  async function upgraded(
    word: string,
    flags: string[] = [],
  ): Promise<{ name: string; oldContainer: string; left: string }> {
    const name = bench.name(word);
    const make = (version: string, dataFormat: number) =>
      makeAppliance(bench.engine, {
        reference: reference(word, version),
        dataFormat,
        changes: [GATE, `LABEL test=${word}`],
      });
    await make('1.0', 1);
    await make('2.0', 2);
    await docker(['run', '-d', '--name', name, '--restart', 'always', ...flags, reference(word, '1.0')]);
    await expect.poll(() => inside(name, 'cat /data/format').catch(() => ''), { timeout: 20_000 }).toBe('1');
    await inside(name, 'echo one > /data/notes; sync');
    const oldContainer = await idOf(name);
    await belay.adopt(name, name);
    expect(await upgrade(name, '2.0')).toMatchObject({ state: 'succeeded' });
    await inside(name, 'echo two >> /data/notes; sync');
    return { name, oldContainer, left: (await system(name)).release };
  }
  const onFirst = async (name: string) => {
    expect(await inside(name, 'cat /data/format /data/notes')).toBe('1\none');
    expect(await system(name)).toMatchObject({ version: '1.0', state: 'running' });
  };
  const onSecondData = async (name: string) =>
    expect(await inside(name, 'cat /data/format /data/notes')).toBe('2\none\ntwo');
  const onSecond = async (name: string) => {
    await onSecondData(name);
    expect(await system(name)).toMatchObject({ version: '2.0', state: 'running' });
  };

  it('with the old image removed by force, and then forward again', async () => {
    const { name, left } = await upgraded('no-image');
    await docker(['rmi', '-f', reference('no-image', '1.0')]);
    expect(await rollback(name)).toMatchObject({ state: 'succeeded' });
    await onFirst(name);
    expect(await rollback(name, left)).toMatchObject({ state: 'succeeded' });
    await onSecond(name);
  });

  it('with the old container removed: made again from its release', async () => {
    const { name, oldContainer } = await upgraded('no-container', ['-e', 'LOG=debug', '-l', 'tier=gold', '-m', '64m']);
    await docker(['rm', oldContainer]);
    expect(await rollback(name)).toMatchObject({ state: 'succeeded' });
    await onFirst(name);
    const [now] = JSON.parse(await docker(['inspect', name]));
    expect(now.Config).toMatchObject({ Image: expect.stringContaining(':1.0'), Labels: { tier: 'gold' } });
    expect(now.Config.Env).toContain('LOG=debug');
    expect(now.HostConfig).toMatchObject({ Memory: 64 << 20, RestartPolicy: { Name: 'always' } });
  });

  it('with the old container and its image removed: fetched again by its digest', async () => {
    const { name, oldContainer } = await upgraded('no-both');
    await docker(['rm', oldContainer]);
    await docker(['rmi', '-f', reference('no-both', '1.0')]);
    expect(await rollback(name)).toMatchObject({ state: 'succeeded' });
    await onFirst(name);
  });

  it('with the frozen volume removed: refused before anything is stopped', async () => {
    const { name, oldContainer } = await upgraded('no-data');
    const volume = await docker(['inspect', '-f', '{{(index .Mounts 0).Name}}', oldContainer]);
    await docker(['rm', oldContainer]);
    await docker(['volume', 'rm', volume]);
    const before = [await docker(['inspect', '-f', '{{.Id}} {{.State.StartedAt}}', name]), await history(name)];
    const plan = await belay.get<RollbackPlanView>(`/api/rollback/plan?appliance=${name}`);
    expect(plan.obstacles).toMatchObject([{ code: 'data-missing', message: expect.stringContaining(volume) }]);
    await expect(rollback(name)).rejects.toThrow('is gone');
    expect([await docker(['inspect', '-f', '{{.Id}} {{.State.StartedAt}}', name]), await history(name)]).toEqual(
      before,
    );
    await onSecond(name);
    expect(await docker(['volume', 'ls', '-q', '--filter', `name=${volume}`])).toBe('');
  });

  it('with an empty volume in the place of the frozen one: refused before anything is stopped', async () => {
    const { name, oldContainer } = await upgraded('re-created');
    const volume = await docker(['inspect', '-f', '{{(index .Mounts 0).Name}}', oldContainer]);
    await docker(['rm', oldContainer]);
    await docker(['volume', 'rm', volume]);
    await docker(['volume', 'create', volume]);
    await expect(rollback(name)).rejects.toThrow('is not the data that was there');
    await onSecond(name);
  });

  it('with the appliance down', async () => {
    const { name } = await upgraded('down');
    await docker(['kill', name]);
    await docker(['update', '--restart', 'no', name]);
    await docker(['kill', name]).catch(() => '');
    expect(await system(name)).toMatchObject({ state: 'down' });
    expect(await rollback(name)).toMatchObject({ state: 'succeeded' });
    await onFirst(name);
  });

  it('with the active container removed by hand', async () => {
    const { name, left } = await upgraded('removed');
    await docker(['rm', '-f', name]);
    expect(await rollback(name)).toMatchObject({ state: 'succeeded' });
    await onFirst(name);
    expect(await rollback(name, left)).toMatchObject({ state: 'succeeded' });
    await onSecond(name);
  });

  it('with the name taken by somebody else’s container: refused before anything is stopped', async () => {
    const { name } = await upgraded('name-taken');
    await docker(['rename', name, `${name}-renamed`]);
    const stranger = await docker(['run', '-d', '--name', name, reference('name-taken', '1.0'), 'sleep', '600']);
    const before = [await idOf(`${name}-renamed`), await history(name)];
    await expect(rollback(name)).rejects.toThrow(`The container name ${name} is taken`);
    await expect(upgrade(name, '1.0')).rejects.toThrow(`The container name ${name} is taken`);
    expect([await idOf(`${name}-renamed`), await history(name)]).toEqual(before);
    expect(await system(name)).toMatchObject({ version: '2.0', state: 'running' });
    await docker(['rm', '-f', stranger]);
    expect(await rollback(name)).toMatchObject({ state: 'succeeded' });
    await onFirst(name);
  });

  it('with the port taken by another process when the new version starts: the old one comes back', async () => {
    const port = await freePort();
    const word = 'port';
    const { name } = await upgraded(word, ['-p', `127.0.0.1:${port}:8080`]);
    await makeAppliance(bench.engine, { reference: reference(word, '3.0'), dataFormat: 3, changes: [GATE] });
    const accepted = await begin(name, '/api/cluster/upgrade', { version: '3.0' });
    const thief = await takePort(port);
    const operation = await until(accepted.id, ({ steps }) =>
      steps.some(({ name: step, status }) => step === 'start' && status !== 'running' && status !== 'pending'),
    );
    thief.close();
    const end = await belay.ended(operation);
    expect(end).toMatchObject({ state: 'rolled-back', reason: expect.stringContaining(`port ${port} is taken`) });
    await onSecond(name);
    expect((await fetch(`http://127.0.0.1:${port}/version`)).ok).toBe(true);
  });

  it('with the port taken for good: it needs attention, names the port, and a reboot would bring back the right one', async () => {
    const port = await freePort();
    const word = 'port-kept';
    const { name } = await upgraded(word, ['-p', `127.0.0.1:${port}:8080`]);
    await makeAppliance(bench.engine, { reference: reference(word, '3.0'), dataFormat: 3, changes: [GATE] });
    const accepted = await begin(name, '/api/cluster/upgrade', { version: '3.0' });
    const thief = await takePort(port);
    const end = await belay.ended(accepted);
    expect(end).toMatchObject({ state: 'needs-attention', reason: expect.stringContaining(`port ${port} is taken`) });
    const [left] = JSON.parse(await docker(['inspect', name]));
    expect(left.HostConfig.RestartPolicy.Name).toBe('always');
    const down = await system(name);
    expect(down).toMatchObject({ version: '2.0', state: 'down' });
    expect(down.attention.map(({ hint }) => hint)).toContainEqual(expect.stringContaining(`docker start ${name}`));
    thief.close();
    await docker(['start', name]);
    await onSecondData(name);
    expect(await upgrade(name, '3.0')).toMatchObject({ state: 'succeeded' });
    expect(await inside(name, 'cat /data/format')).toBe('3');
  });

  async function until(id: string, isSo: (operation: OperationView) => boolean): Promise<OperationView> {
    for (;;) {
      const operation = await belay.get<OperationView>(`/api/upgrade/status?operation=${id}`);
      if (isSo(operation) || operation.state !== 'running') return operation;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('with no registry to be reached', async () => {
    const { name, left } = await upgraded('no-registry');
    await registry.stop();
    expect(await rollback(name)).toMatchObject({ state: 'succeeded' });
    await onFirst(name);
    expect(await rollback(name, left)).toMatchObject({ state: 'succeeded' });
    await onSecond(name);
    const statuses = (await releases(name)).map(({ version, status }) => `${version} ${status}`);
    expect(statuses).toEqual(['2.0 active', '1.0 rolled-back', '2.0 rolled-back', '1.0 superseded']);
  });
});

/** Listens on the port as soon as it is free. */
async function takePort(port: number): Promise<Server> {
  for (;;) {
    const server = createServer();
    const taken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (taken) return server;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
