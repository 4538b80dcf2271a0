import { expect, test } from 'vitest';
import { nodeImage, openLab, SERVE, until } from './lab-under-test.ts';

const INTERVAL = 0.1e9;

test('is starting, unhealthy after its retries, and healthy once the check passes', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE, {
    healthcheck: {
      Test: ['CMD-SHELL', 'echo looked; test -e "$BELAY_LAB_ROOT/data/ok"'],
      Interval: INTERVAL,
      Retries: 2,
    },
  });
  const container = await docker.createContainer({ Image: reference, HostConfig: { Binds: ['data:/data'] } });
  await container.start();
  expect((await container.inspect()).State.Health?.Status).toBe('starting');
  const health = async () => (await container.inspect()).State.Health;
  const failed = await until(health, (value) => value?.Status === 'unhealthy');
  expect(failed?.FailingStreak).toBeGreaterThanOrEqual(2);
  expect(failed?.Log.at(-1)).toMatchObject({ ExitCode: 1, Output: 'looked\n' });
  const exec = await container.exec({ Cmd: ['sh', '-c', 'touch "$BELAY_LAB_ROOT/data/ok"'] });
  await exec.start({ Detach: true });
  expect(await until(health, (value) => value?.Status === 'healthy')).toMatchObject({ FailingStreak: 0 });
  await container.stop();
  expect((await health())?.Status).toBe('unhealthy');
});

test('failures within the start period count for nothing; a check that hangs is ended', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE);
  const settings = { Interval: INTERVAL, Retries: 1 };
  const patient = await docker.createContainer({
    Image: reference,
    Healthcheck: { Test: ['CMD', 'false'], ...settings, StartPeriod: 60e9 },
  });
  const hanging = await docker.createContainer({
    Image: reference,
    Healthcheck: { Test: ['CMD', 'sleep', '60'], ...settings, Timeout: 0.2e9 },
  });
  await Promise.all([patient.start(), hanging.start()]);
  const hung = await until(
    () => hanging.inspect(),
    ({ State }) => State.Health?.Status === 'unhealthy',
  );
  expect(hung.State.Health?.Log.at(-1)).toMatchObject({ ExitCode: -1, Output: 'Health check exceeded timeout (0.2s)' });
  await until(
    () => patient.inspect(),
    ({ State }) => (State.Health?.Log.length ?? 0) >= 3,
  );
  expect((await patient.inspect()).State.Health).toMatchObject({ Status: 'starting', FailingStreak: 0 });
});

test('a container may turn its image’s check off', async () => {
  const { lab, docker } = await openLab();
  const { reference } = nodeImage(lab, SERVE, { healthcheck: { Test: ['CMD', 'true'], Interval: INTERVAL } });
  const container = await docker.createContainer({ Image: reference, Healthcheck: { Test: ['NONE'] } });
  await container.start();
  expect((await container.inspect()).State).not.toHaveProperty('Health');
});
