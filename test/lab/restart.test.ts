import { expect, test } from 'vitest';
import { startLab } from '../../src/lab/lab.ts';
import { stampOf } from '../../src/lab/processes.ts';
import { nextDelayMs } from '../../src/lab/restart-policy.ts';
import { clientOf, nodeImage, openLab, SERVE, temporaryRoot, until } from './lab-under-test.ts';

test('waits twice as long each time, up to a minute, and begins again after a steady run', () => {
  expect(nextDelayMs(0, 5)).toBe(100);
  expect(nextDelayMs(100, 5)).toBe(200);
  expect(nextDelayMs(40_000, 5)).toBe(60_000);
  expect(nextDelayMs(60_000, 10_000)).toBe(100);
});

test('restarts what crashes, counts it, and stops when it is told to', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, 'process.exit(4)');
  const settings = { Image: reference, HostConfig: { RestartPolicy: { Name: 'always' } } };
  const container = await docker.createContainer(settings);
  await container.start();
  await until(
    () => container.inspect(),
    ({ RestartCount }) => RestartCount >= 2,
  );
  const waiting = await until(
    () => container.inspect(),
    ({ State }) => State.Status === 'restarting',
  );
  expect(waiting.State).toMatchObject({ Running: true, Restarting: true, ExitCode: 4 });
  await container.stop();
  const { State, RestartCount } = await container.inspect();
  expect(State).toMatchObject({ Status: 'exited', Running: false, Restarting: false, ExitCode: 4 });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect((await container.inspect()).RestartCount).toBe(RestartCount);
  await container.start();
  expect((await container.inspect()).RestartCount).toBeLessThan(RestartCount);
});

test.each([
  { policy: { Name: 'no' }, script: 'process.exit(4)', restarts: 0 },
  { policy: { Name: 'on-failure' }, script: 'process.exit(0)', restarts: 0 },
  { policy: { Name: 'on-failure', MaximumRetryCount: 2 }, script: 'process.exit(4)', restarts: 2 },
])('$policy with $script', async ({ policy, script, restarts }) => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, script);
  const container = await docker.createContainer({ Image: reference, HostConfig: { RestartPolicy: policy } });
  await container.start();
  await container.wait();
  const { State, RestartCount } = await until(
    () => container.inspect(),
    ({ State }) => State.Status === 'exited',
  );
  expect({ Restarting: State.Restarting, RestartCount }).toEqual({ Restarting: false, RestartCount: restarts });
});

test('after a clean stop of the lab, policies bring back what they have to', async () => {
  const root = temporaryRoot();
  const { lab, docker } = await openLab({ root });
  const { reference } = nodeImage(lab, SERVE);
  const policies = ['no', 'always', 'unless-stopped'];
  for (const Name of policies) {
    for (const name of [Name, `${Name}-stopped`, `${Name}-created`]) {
      const container = await docker.createContainer({
        name,
        Image: reference,
        HostConfig: { RestartPolicy: { Name } },
      });
      if (name !== `${Name}-created`) await container.start();
      if (name === `${Name}-stopped`) await container.stop();
    }
  }
  const pids = await Promise.all(
    policies.map((name) =>
      docker
        .getContainer(name)
        .inspect()
        .then(({ State }) => State.Pid),
    ),
  );
  await lab.close();
  expect(pids.map(stampOf)).toEqual([null, null, null]);

  await openLab({ root, socketPath: lab.socketPath });
  const running = (await docker.listContainers()).map(({ Names }) => Names[0]);
  expect(running.sort()).toEqual(['/always', '/always-stopped', '/unless-stopped']);
  expect((await docker.getContainer('no').inspect()).State.Status).toBe('exited');
});

test('refuses a socket on which another engine answers', async () => {
  const { lab, docker } = await openLab();
  await expect(startLab({ root: temporaryRoot(), socketPath: lab.socketPath })).rejects.toThrow(
    'another engine answers',
  );
  await docker.ping();
});

test('two labs at once share neither addresses nor registry', async () => {
  const [one, two] = [await openLab(), await openLab()];
  expect(one.lab.registryPort).not.toBe(two.lab.registryPort);
  const addresses = new Set<string>();
  for (const { lab } of [one, two]) {
    const docker = clientOf(lab.socketPath);
    const container = await docker.createContainer({ Image: nodeImage(lab, SERVE).reference });
    await container.start();
    addresses.add((await container.inspect()).NetworkSettings.Networks['bridge']?.IPAddress ?? '');
  }
  if (process.platform === 'linux') expect(addresses.size).toBe(2);
});
