import { access } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askEngine, callEngine } from '../../src/demo/private-engine/engine-api.ts';
import { newReleaseId } from '../../src/domain/ids.ts';
import type { ContainerHost, HostEvent, Instance } from '../../src/domain/ports/container-host.ts';
import { NO_RESTART, type PinnedImage, type ServiceSpec } from '../../src/domain/service-spec.ts';

/** An image in a registry that the engine can reach. The engine itself must not have it yet. */
export interface ContractImage {
  /** With registry and tag: `127.0.0.1:5000/acme/server:1.0`. */
  reference: string;
  digest: string;
}

/** An engine to run the contract against, with what its tests need. */
export interface ContractWorld {
  host: ContainerHost;
  /** Of the engine's API: a test makes containers there as a user would. */
  socketPath: string;
  /**
   * Serves TCP on `port`, which it exposes, and logs a line with `serving`; is healthy by its own check
   * within some seconds; heeds SIGTERM; declares the volume /data; has the label
   * `io.belay.version-command` and the environment variable COLOR=blue; has a `sh`.
   */
  serving: ContractImage;
  port: number;
  /** The same repository under another tag, with COLOR=green. */
  newer: ContractImage;
  /** Prints `fatal` and more to its log and exits 1 at once. */
  failing: ContractImage;
  /** A name for a container or volume that nothing else uses. */
  name(word: string): string;
}

const SECONDS = 1000;

/** What every ContainerHost does, whichever engine is behind it. Removes the containers and volumes that it made. */
export function hostContract(title: string, setUp: () => Promise<ContractWorld>): void {
  describe(title, () => {
    let world: ContractWorld;
    const made: { containers: string[]; volumes: string[] } = { containers: [], volumes: [] };

    beforeAll(async () => {
      world = await setUp();
    });
    afterAll(async () => {
      for (const name of made.containers) await world.host.removeInstance(name);
      for (const name of made.volumes) await world.host.removeVolume(name);
    });

    const pinned = (image: ContractImage): PinnedImage => {
      const colon = image.reference.lastIndexOf(':');
      const [repository, tag] = [image.reference.slice(0, colon), image.reference.slice(colon + 1)];
      return { reference: image.reference, repository, tag, digest: image.digest, imageId: null };
    };
    const containerNamed = (word: string) => {
      const name = world.name(word);
      made.containers.push(name);
      return name;
    };
    /** As `docker run` does. */
    const runByHand = async (word: string, body: object): Promise<string> => {
      const name = containerNamed(word);
      await world.host.pullImage(pinned(world.serving), () => {});
      const { Id } = await askEngine<{ Id: string }>(world.socketPath, `/containers/create?name=${name}`, {
        method: 'POST',
        body: { Image: world.serving.reference, ...body },
      });
      await world.host.startInstance(Id);
      return Id;
    };
    const specOfHandMade = async (word: string, body: object = {}): Promise<ServiceSpec> =>
      world.host.readSpec(await runByHand(word, body));
    const create = async (word: string, spec: ServiceSpec, labels: Record<string, string> = {}) =>
      world.host.createInstance(spec, { name: containerNamed(word), labels });
    const until = async (id: string, reached: (instance: Instance) => boolean): Promise<Instance> => {
      for (const deadline = Date.now() + 20 * SECONDS; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
        const instance = await world.host.inspectInstance(id);
        if (instance && reached(instance)) return instance;
        if (Date.now() > deadline) throw new Error(`not reached; it is ${JSON.stringify(instance)}`);
      }
    };

    describe('images', () => {
      it('describes itself', async () => {
        const info = await world.host.describe();
        const upSince = (await world.host.upSince())?.getTime() ?? 0;
        expect(Math.abs(upSince - Date.now())).toBeLessThan(86_400 * SECONDS);
        expect(info.product).toMatch(/\S/);
        expect(info.product.length).toBeLessThan(80);
        expect(info.version).toMatch(/\d/);
        expect(info.dataReachable).toBe(true);
        await access(info.rootDir);
        await world.host.flush();
      });

      it('resolves a tag to the digest in the registry', async () => {
        expect(await world.host.resolveDigest(world.serving.reference)).toBe(world.serving.digest);
        const missing = world.host.resolveDigest(`${pinned(world.serving).repository}:no-such-tag`);
        await expect(missing).rejects.toMatchObject({ code: 'not-found', hint: expect.any(String) });
      });

      it('pulls by digest, reports bytes, names the image, and has nothing to do the second time', async () => {
        const image = pinned(world.newer);
        expect(await world.host.inspectImage(world.newer.reference)).toBeNull();
        const reports: { doneBytes: number; totalBytes: number }[] = [];
        const pulled = await world.host.pullImage(image, (progress) => reports.push(progress));
        expect(pulled.repoDigests).toContain(`${image.repository}@${image.digest}`);
        expect(pulled.volumes).toEqual(['/data']);
        expect(pulled.labels).toHaveProperty('io.belay.version-command');
        expect(reports.length).toBeGreaterThan(0);
        for (const { doneBytes, totalBytes } of reports) expect(doneBytes).toBeLessThanOrEqual(totalBytes);
        expect(await world.host.inspectImage(world.newer.reference)).toMatchObject({ imageId: pulled.imageId });
        expect(await world.host.inspectImage(pulled.imageId)).toMatchObject({ imageId: pulled.imageId });
        expect(await world.host.localTags(image.repository)).toContainEqual({
          tag: image.tag,
          imageId: pulled.imageId,
          digest: image.digest,
        });
        expect(await world.host.pullImage(image, () => {})).toMatchObject({ imageId: pulled.imageId });
      });

      it('does not pull what is in no registry', async () => {
        const nowhere = { ...pinned(world.serving), digest: `sha256:${'0'.repeat(64)}` };
        await expect(world.host.pullImage(nowhere, () => {})).rejects.toMatchObject({ code: 'not-found' });
        const local = { ...pinned(world.serving), tag: 'local', reference: 'acme/nowhere:local', digest: null };
        await expect(world.host.pullImage(local, () => {})).rejects.toMatchObject({ code: 'not-found' });
      });
    });

    describe('an instance', () => {
      it('is created, started, seen to serve, asked, stopped and removed, each also twice', async () => {
        const spec = await specOfHandMade('cycle-old');
        const id = await create('cycle', spec);
        expect(await world.host.inspectInstance(id)).toMatchObject({
          name: world.name('cycle'),
          state: 'created',
          restartPolicy: NO_RESTART,
          startedAt: null,
        });
        expect(await world.host.answers(id, world.port, 200)).toBe(false);

        await world.host.startInstance(id);
        await world.host.startInstance(id);
        const healthy = await until(id, ({ health }) => health === 'healthy');
        expect(healthy).toMatchObject({ state: 'running', restartCount: 0, error: '' });
        expect(healthy.tcpPorts).toContain(world.port);
        expect(healthy.healthCommand).not.toBeNull();
        expect(healthy.startedAt?.getTime()).toBeGreaterThan(Date.now() - 60 * SECONDS);
        expect(await world.host.answers(id, world.port, SECONDS)).toBe(true);
        expect(await world.host.answers(id, 1, SECONDS)).toBe(false);
        expect((await world.host.logTail(id, 50)).join('\n')).toContain('serving');
        expect(await world.host.logTail(id, 1)).toHaveLength(1);
        const kept = await Array.fromAsync(world.host.readLog(id, { lines: 50, follow: false }));
        expect(kept.map(({ text }) => text).join('\n')).toContain('serving');
        expect(kept.at(-1)?.at?.getTime()).toBeGreaterThan(Date.now() - 60 * SECONDS);
        const leaving = new AbortController();
        const followed = world.host.readLog(id, { lines: 1, follow: true }, leaving.signal)[Symbol.asyncIterator]();
        expect(await followed.next()).toMatchObject({ done: false, value: { text: kept.at(-1)?.text } });
        const ended = followed.next();
        leaving.abort();
        expect(await ended).toEqual({ done: true, value: undefined });

        const said = await world.host.exec(id, ['sh', '-c', 'echo out; echo err >&2; exit 3'], 10 * SECONDS);
        expect(said.exitCode).toBe(3);
        expect(said.output.split('\n').sort()).toEqual(['', 'err', 'out']);
        const given = ['sh', '-c', 'echo "$BELAY_WORD"'];
        const { output } = await world.host.exec(id, given, 10 * SECONDS, undefined, { BELAY_WORD: 'two words' });
        expect(output).toBe('two words\n');

        const before = await world.host.inspectInstance(id);
        await world.host.restartInstance(id);
        const again = await until(id, ({ state }) => state === 'running');
        expect(again.startedAt?.getTime()).toBeGreaterThan(before?.startedAt?.getTime() ?? 0);

        await world.host.stopInstance(id);
        await world.host.stopInstance(id);
        const stopped = await until(id, ({ state }) => state === 'exited');
        expect(stopped.finishedAt).not.toBeNull();
        expect(await world.host.answers(id, world.port, 200)).toBe(false);

        await world.host.removeInstance(id);
        await world.host.removeInstance(id);
        expect(await world.host.inspectInstance(id)).toBeNull();
        expect(await world.host.rawInspect(id)).toBeNull();
      });

      it('that fails leaves its exit code and its last words', async () => {
        const spec = await specOfHandMade('failing-old');
        const { imageId } = await world.host.pullImage(pinned(world.failing), () => {});
        const id = await create('failing', { ...spec, image: { ...pinned(world.failing), imageId } });
        await world.host.startInstance(id);
        expect(await until(id, ({ state }) => state === 'exited')).toMatchObject({ exitCode: 1, imageId });
        expect((await world.host.logTail(id, 5)).join('\n')).toContain('fatal');
      });

      it('has other limits and another restart policy when it is told so, and goes on after a pause', async () => {
        const id = await runByHand('updated', {});
        await until(id, ({ state }) => state === 'running');
        await world.host.setLimits(id, { Memory: 64 << 20, MemorySwap: 128 << 20, CpuShares: 512 });
        await world.host.setLimits(id, { Memory: 96 << 20 });
        await world.host.setRestartPolicy(id, { name: 'on-failure', maximumRetryCount: 3 });
        const updated = await until(id, () => true);
        expect(updated.limits).toMatchObject({ Memory: 96 << 20, MemorySwap: 128 << 20, CpuShares: 512 });
        expect(updated.restartPolicy).toEqual({ name: 'on-failure', maximumRetryCount: 3 });
        const { body: refusal } = await callEngine(world.socketPath, `/containers/${id}/pause`, { method: 'POST' });
        expect(refusal.toString()).toBe('');
        await until(id, ({ state }) => state === 'paused');
        await world.host.resumeInstance(id);
        await world.host.resumeInstance(id);
        await until(id, ({ state }) => state === 'running');
      });

      it('limits a command in time and in output', async () => {
        const id = await runByHand('limits', {});
        const slow = world.host.exec(id, ['sh', '-c', 'sleep 5'], 300);
        await expect(slow).rejects.toMatchObject({ code: 'engine-failed', message: expect.stringContaining('0.3 s') });
        const loud = [
          'sh',
          '-c',
          'i=0; while [ $i -lt 5000 ]; do echo "0123456789012345678901234567890123456789"; i=$((i+1)); done; echo the end',
        ];
        const { output } = await world.host.exec(id, loud, 20 * SECONDS);
        expect(output.length).toBeGreaterThan(60_000);
        expect(output.length).toBeLessThanOrEqual(64 * 1024);
        expect(output).toMatch(/^0123456789[\s\S]*\(…\)[\s\S]*\nthe end\n$/);
      });

      it('is created once, however often it is asked for, and never in another’s place', async () => {
        const spec = await specOfHandMade('once-old');
        const labels = { 'io.belay.release': newReleaseId(), 'io.belay.service': 'server' };
        const id = await create('once', spec, labels);
        expect(await create('once', spec, labels)).toBe(id);
        const other = create('once', spec, { ...labels, 'io.belay.release': newReleaseId() });
        await expect(other).rejects.toMatchObject({
          code: 'refused',
          message: expect.stringContaining(id.slice(0, 12)),
        });
        await expect(create('once', spec)).rejects.toMatchObject({ code: 'refused' });
        expect((await world.host.inspectInstance(id))?.labels).toMatchObject(labels);
      });

      it('takes a new name and a restart policy, and gives way to nobody’s name', async () => {
        const id = await runByHand('renamed', { HostConfig: { RestartPolicy: { Name: 'always' } } });
        const other = await runByHand('renamed-other', {});
        const name = containerNamed('renamed-new');
        await world.host.renameInstance(id, name);
        await world.host.renameInstance(id, name);
        await expect(world.host.renameInstance(other, name)).rejects.toMatchObject({ code: 'refused' });
        expect(await world.host.inspectInstance(name)).toMatchObject({ id, restartPolicy: { name: 'always' } });
        await world.host.setRestartPolicy(id, NO_RESTART);
        expect((await world.host.inspectInstance(id))?.restartPolicy).toEqual(NO_RESTART);
        await world.host.setRestartPolicy(id, { name: 'on-failure', maximumRetryCount: 4 });
        expect((await world.host.inspectInstance(id))?.restartPolicy).toEqual({
          name: 'on-failure',
          maximumRetryCount: 4,
        });
      });

      it('is listed with its labels and mounts', async () => {
        const volume = world.name('listed-volume');
        made.volumes.push(volume);
        const id = await runByHand('listed', { Labels: { team: 'ops' }, HostConfig: { Binds: [`${volume}:/extra`] } });
        const listed = (await world.host.listContainers()).find((container) => container.id === id);
        expect(listed).toMatchObject({ name: world.name('listed'), running: true, labels: { team: 'ops' } });
        expect(listed?.image).toBe(world.serving.reference);
        expect(listed?.mountSources).toContain(volume);
      });

      it('that is not there reads as null, and cannot be worked on', async () => {
        const missing = world.name('missing');
        expect(await world.host.inspectInstance(missing)).toBeNull();
        expect(await world.host.inspectInstance('../images')).toBeNull();
        expect(await world.host.logTail(missing, 5)).toEqual([]);
        expect(await Array.fromAsync(world.host.readLog(missing, { lines: 5, follow: true }))).toEqual([]);
        const spec = await specOfHandMade('missing-old');
        const calls = [
          () => world.host.readSpec(missing),
          () => world.host.startInstance(missing),
          () => world.host.stopInstance(missing),
          () => world.host.renameInstance(missing, 'x'),
          () => world.host.setRestartPolicy(missing, NO_RESTART),
          () => world.host.exec(missing, ['true'], SECONDS),
          () =>
            world.host.createInstance(
              { ...spec, image: { ...spec.image, digest: null, imageId: `sha256:${'0'.repeat(64)}` } },
              { name: missing, labels: {} },
            ),
        ];
        for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'not-found' });
      });
    });

    describe('carrying over', () => {
      it('takes what the user set, and leaves what the image did', async () => {
        const volume = world.name('carried');
        made.volumes.push(volume);
        const spec = await specOfHandMade('carried-old', {
          Env: ['TOKEN=abc'],
          Labels: { team: 'ops' },
          ExposedPorts: { '9000/tcp': {} },
          HostConfig: { Binds: [`${volume}:/extra`], RestartPolicy: { Name: 'unless-stopped' } },
        });
        expect(spec).toMatchObject({
          name: world.name('carried-old'),
          containerName: world.name('carried-old'),
          image: { reference: world.serving.reference, digest: world.serving.digest },
        });
        expect(spec.gate.versionCommand).not.toBeNull();
        expect(spec.settings.config).toEqual({
          Env: ['TOKEN=abc'],
          Labels: { team: 'ops' },
          ExposedPorts: { '9000/tcp': {} },
        });
        const anonymous = spec.mounts.find(({ target }) => target === '/data');
        expect(anonymous).toMatchObject({ kind: 'volume', declared: { form: 'implicit' }, sharedBecause: null });
        expect(anonymous?.slotKey).toBe(`volume:${anonymous?.source}`);
        expect(spec.mounts.find(({ target }) => target === '/extra')).toMatchObject({
          source: volume,
          slotKey: `volume:${volume}`,
          declared: { form: 'bind', options: '' },
        });
      });

      it('gives a new version the user’s settings and its own defaults', async () => {
        const spec = await specOfHandMade('upgraded-old', { Env: ['TOKEN=abc'] });
        const { imageId } = await world.host.pullImage(pinned(world.newer), () => {});
        const id = await create('upgraded', { ...spec, image: { ...pinned(world.newer), imageId } });
        const raw = (await world.host.rawInspect(id)) as { Image: string; Config: { Env: string[] } };
        expect(raw.Image).toBe(imageId);
        expect(raw.Config.Env).toEqual(expect.arrayContaining(['TOKEN=abc', 'COLOR=green']));
        expect(raw.Config.Env).not.toContain('COLOR=blue');
      });

      it('reads the same again from the container that it made', async () => {
        const spec = await specOfHandMade('again-old', { Env: ['TOKEN=abc'], Labels: { team: 'ops' } });
        const id = await create('again', spec, { 'io.belay.release': newReleaseId(), 'io.belay.service': 'server' });
        const again = await world.host.readSpec(id);
        expect(again.settings.config).toEqual(spec.settings.config);
        expect(again.image).toEqual(spec.image);
        expect(again.mounts.map(({ source, target, slotKey }) => ({ source, target, slotKey }))).toEqual(
          spec.mounts.map(({ source, target, slotKey }) => ({ source, target, slotKey })),
        );
      });

      it('puts the instance on the slot’s volume, without filling it from the image', async () => {
        const spec = await specOfHandMade('slot-old');
        const volume = world.name('slot');
        made.volumes.push(volume);
        await world.host.createVolume(volume, {});
        const mounts = spec.mounts.map((mount) => (mount.target === '/data' ? { ...mount, source: volume } : mount));
        const id = await create('slot', { ...spec, mounts });
        const raw = (await world.host.rawInspect(id)) as { HostConfig: { Mounts: object[] } };
        expect(raw.HostConfig.Mounts).toContainEqual(
          expect.objectContaining({
            Source: volume,
            Target: '/data',
            VolumeOptions: expect.objectContaining({ NoCopy: true }),
          }),
        );
        expect((await world.host.inspectInstance(id))?.mounts).toContainEqual(
          expect.objectContaining({ kind: 'volume', source: volume, target: '/data', readOnly: false }),
        );
      });
    });

    describe('volumes and events', () => {
      it('makes a volume once, finds it on the host’s disk, and removes it once', async () => {
        const name = world.name('volume');
        expect(await world.host.inspectVolume(name)).toBeNull();
        const volume = await world.host.createVolume(name, { 'io.belay.appliance': 'acme' });
        expect(await world.host.createVolume(name, {})).toEqual(volume);
        expect(await world.host.inspectVolume(name)).toEqual(volume);
        expect(volume).toMatchObject({ name, labels: { 'io.belay.appliance': 'acme' } });
        await access(volume.hostPath);
        await world.host.removeVolume(name);
        await world.host.removeVolume(name);
        expect(await world.host.inspectVolume(name)).toBeNull();
      });

      it('makes a volume with options of its driver', async () => {
        const name = world.name('optioned');
        made.volumes.push(name);
        const driverOptions = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' };
        const volume = await world.host.createVolume(name, {}, undefined, { driver: 'local', driverOptions });
        expect(volume).toMatchObject({ driver: 'local', driverOptions });
        expect(await world.host.inspectVolume(name)).toMatchObject({ driver: 'local', driverOptions });
      });

      it('takes an instance out of its networks, so that it starts in none, and connects it as it was', async () => {
        const { host } = world;
        const name = world.name('apart');
        await host.createNetwork({ name, external: false, settings: { Driver: 'bridge' }, labels: {} }, {});
        const endpoint = { Aliases: ['agents'] };
        const id = await runByHand('apart', {
          HostConfig: { NetworkMode: name },
          NetworkingConfig: { EndpointsConfig: { [name]: endpoint } },
        });
        const now = async () =>
          (await askEngine<{ NetworkSettings: { Networks: object } }>(world.socketPath, `/containers/${id}/json`))
            .NetworkSettings.Networks;
        expect(await host.endpoints(id)).toEqual({ [name]: endpoint });
        await host.stopInstance(id);
        await host.disconnectInstance(id);
        await host.disconnectInstance(id);
        expect(await host.endpoints(id)).toEqual({});
        await host.startInstance(id);
        expect(await now()).toEqual({});
        await host.stopInstance(id);
        await host.connectInstance(id, { [name]: endpoint });
        await host.connectInstance(id, { [name]: endpoint });
        expect(await host.endpoints(id)).toEqual({ [name]: endpoint });
        await host.startInstance(id);
        expect(Object.keys(await now())).toEqual([name]);
        await host.removeInstance(id);
        await host.removeNetwork(name);
      });

      it('knows that there is no way out of the network of the host', async () => {
        const template = await specOfHandMade('of-host-template');
        const { settings } = template;
        const hostConfig = { ...settings.hostConfig, NetworkMode: 'host' };
        const id = await create('of-host', { ...template, settings: { ...settings, hostConfig, networks: {} } });
        expect(await world.host.endpoints(id)).toBeNull();
      });

      it('makes a network once, knows its labels, and removes it once, unless a container runs on it', async () => {
        const name = world.name('network');
        const network = { name, external: false, settings: { Driver: 'bridge' }, labels: {} };
        expect(await world.host.networkLabels(name)).toBeNull();
        await world.host.createNetwork(network, { 'io.belay.appliance': 'acme' });
        await world.host.createNetwork(network, { 'io.belay.appliance': 'other' });
        expect(await world.host.networkLabels(name)).toEqual({ 'io.belay.appliance': 'acme' });
        expect(await world.host.hasNetwork(name)).toBe(true);
        const id = await runByHand('on-network', { HostConfig: { NetworkMode: name } });
        await expect(world.host.removeNetwork(name)).rejects.toMatchObject({ code: 'refused' });
        await world.host.removeInstance(id);
        await world.host.removeNetwork(name);
        await world.host.removeNetwork(name);
        expect(await world.host.networkLabels(name)).toBeNull();
      });

      it('does not remove a volume that is in use', async () => {
        const name = world.name('used');
        made.volumes.push(name);
        await runByHand('user', { HostConfig: { Binds: [`${name}:/extra`] } });
        await expect(world.host.removeVolume(name)).rejects.toMatchObject({
          code: 'refused',
          message: expect.stringContaining(world.name('user')),
        });
      });

      it('tells of what happens until it is told to stop', async () => {
        const controller = new AbortController();
        const name = containerNamed('watched');
        const seen: HostEvent[] = [];
        const watching = (async () => {
          for await (const event of world.host.events(controller.signal)) {
            if (event.name === name) seen.push(event);
            if (seen.some(({ action }) => action === 'destroy')) return;
          }
        })();
        await new Promise((resolve) => setTimeout(resolve, 300));
        const id = await runByHand('watched', {});
        await world.host.removeInstance(id);
        await watching;
        expect(seen.map(({ action }) => action)).toEqual(expect.arrayContaining(['create', 'start', 'die', 'destroy']));
        expect(seen.every((event) => event.type === 'container' && event.id === id)).toBe(true);

        const quiet = (async () => {
          for await (const _event of world.host.events(controller.signal));
        })();
        controller.abort();
        await quiet;
      });
    });
  });
}
