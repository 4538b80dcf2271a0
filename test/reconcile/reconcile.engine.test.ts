import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { EventView } from '../../src/api/contract/event-view.ts';
import { type PrivateEngine, startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { makeAppliance } from '../support/appliances.ts';
import { TestBelay } from '../support/belay.ts';
import { describeOnEngine } from '../support/on-engine.ts';
import { EventTap } from './event-tap.ts';

const GATE = 'LABEL io.belay.gate.stable=200ms io.belay.gate.deadline=15s';
const PATIENCE = { timeout: 25_000, interval: 100 };

describeOnEngine('what is on the host, beside what the journal says', () => {
  const container = 'acme';
  let engine: PrivateEngine;
  let belay: TestBelay;
  let events: EventTap;
  let frozen = '';

  const docker = (...args: string[]) => engine.docker(args);
  const running = async () => (await docker('ps', '--format', '{{.Names}}')).split('\n').filter(Boolean).sort();
  const witness = () => docker('exec', container, 'cat', '/data/witness');
  const codes = async () => (await belay.system()).attention.map(({ code }) => code);
  const drifts = (code: string) => vi.waitUntil(async () => (await codes()).includes(code), PATIENCE);
  const nothingDrifts = () => vi.waitUntil(async () => (await codes()).length === 0, PATIENCE);
  const comesUp = () =>
    vi.waitUntil(async () => (await belay.system().catch(() => null))?.state === 'running', PATIENCE);
  /** Long enough for Belay to have done what it would do. */
  const settled = () => new Promise((resolve) => setTimeout(resolve, 2_500));
  const liveVolume = async () => {
    const [inspect] = JSON.parse(await docker('inspect', container));
    return inspect.Mounts[0].Name as string;
  };
  const dataOf = (volume: string) => join(engine.dataRoot, 'volumes', volume, '_data');

  beforeAll(async () => {
    engine = await startPrivateEngine('reconciles');
    for (const [version, dataFormat] of [
      ['1.0', 1],
      ['2.0', 2],
    ] as const) {
      await makeAppliance(engine, { reference: `acme/server:${version}`, dataFormat, changes: [GATE] });
    }
    await docker('run', '-d', '--name', container, '--restart', 'unless-stopped', 'acme/server:1.0');
    await vi.waitUntil(() => witness().catch(() => null), PATIENCE);
    belay = new TestBelay(engine.dockerHost);
    await belay.start();
    await belay.adopt(container, 'acme');
    expect(await belay.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
    frozen = (await docker('ps', '-a', '--format', '{{.Names}}', '--filter', 'name=acme-R')).trim();
    events = await EventTap.open(belay.socket, 'acme');
  });
  afterAll(async () => {
    events?.close();
    await belay?.close();
    await engine?.stop();
  });

  it('dockerd is killed: what it leaves down is brought up, on its data, and told', async () => {
    const before = await witness();
    await engine.kill();
    await engine.start();
    await comesUp();
    expect(await running()).toEqual([container]);
    expect(await witness()).toBe(before);
    await events.has((event) => event.type === 'reconciled' && event.message.includes('it went down with the engine'));
    await nothingDrifts();
  });

  it('dockerd is killed while no daemon of Belay watches: the next one brings it up', async () => {
    await belay.kill('SIGKILL');
    await engine.kill();
    await engine.start();
    expect(await running()).toEqual([]);
    await belay.start();
    await comesUp();
    events.close();
    events = await EventTap.open(belay.socket, 'acme');
  });

  it('what somebody has stopped stays so when dockerd is killed', async () => {
    await docker('stop', container);
    await drifts('container-stopped');
    await engine.kill();
    await engine.start();
    await settled();
    expect(await running()).toEqual([]);
    expect(await belay.system()).toMatchObject({ state: 'down' });
    expect((await belay.system()).attention[0]?.message).toContain('stopped by hand');
    await docker('start', container);
    await nothingDrifts();
  });

  it('a release that was left and comes up with the engine is turned off for good', async () => {
    await docker('update', '--restart', 'always', frozen);
    await drifts('frozen-would-start');
    await engine.reboot();
    await vi.waitUntil(async () => (await running()).join() === container, PATIENCE);
    await comesUp();
    expect(await docker('inspect', '-f', '{{.HostConfig.RestartPolicy.Name}}', frozen)).toBe('no');
    await nothingDrifts();
  });

  it('one that somebody has started by hand is reported and left alone', async () => {
    await docker('start', frozen);
    await drifts('frozen-started');
    const told = (event: EventView) =>
      event.type === 'drift' && event.appeared.some(({ code }) => code === 'frozen-started');
    await events.has(told);
    expect(await running()).toEqual([container, frozen].sort());
    await docker('stop', frozen);
    await nothingDrifts();
    await events.has((event) => event.type === 'drift' && event.cleared.some(({ code }) => code === 'frozen-started'));
  });

  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['container-renamed', () => docker('rename', container, 'web'), () => docker('rename', 'web', container)],
    ['container-paused', () => docker('pause', container), () => docker('unpause', container)],
    [
      'restart-policy',
      () => docker('update', '--restart', 'no', container),
      () => docker('update', '--restart', 'unless-stopped', container),
    ],
    ['container-stopped', () => docker('stop', container), () => docker('start', container)],
  ])('%s appears when it happens and goes when it is put right', async (code, wrong, right) => {
    await wrong();
    await drifts(code);
    const [attention] = (await belay.system()).attention.filter((each) => each.code === code);
    expect(attention?.hint).toContain('docker');
    await right();
    await nothingDrifts();
  });

  it('a directory without its data is not started on, and its return is noticed', async () => {
    const path = dataOf(await liveVolume());
    await engine.kill();
    execFileSync('mv', [path, `${path}.away`]);
    execFileSync('mkdir', ['-m', '777', path]);
    await engine.start();
    await drifts('data-replaced');
    await settled();
    expect(await running()).toEqual([]);
    expect((await belay.system()).attention[0]).toMatchObject({
      level: 'alarm',
      hint: expect.stringContaining('rollback'),
    });
    expect(execFileSync('ls', ['-A', path]).toString()).toBe('');
    execFileSync('rmdir', [path]);
    execFileSync('mv', [`${path}.away`, path]);
    await docker('start', container);
    await nothingDrifts();
  });

  it('what the engine has started on an empty volume by itself is reported at once', async () => {
    const path = dataOf(await liveVolume());
    await engine.powerOff();
    execFileSync('mv', [path, `${path}.away`]);
    execFileSync('mkdir', ['-m', '777', path]);
    await engine.start();
    await drifts('data-replaced');
    await vi.waitUntil(
      async () => (await belay.system()).attention[0]?.message.includes('runs on something else'),
      PATIENCE,
    );
    expect(await belay.system()).toMatchObject({ state: 'needs-attention' });
    await docker('stop', container);
    execFileSync('rm', ['-rf', path]);
    execFileSync('mv', [`${path}.away`, path]);
    await docker('start', container);
    await nothingDrifts();
  });
});
