import { rmSync } from 'node:fs';
import type Docker from 'dockerode';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { EventView } from '../../src/api/contract/event-view.ts';
import type { OperationView } from '../../src/api/contract/operation-views.ts';
import type { RepairPlanView } from '../../src/api/contract/plan-views.ts';
import { type Lab, startLab } from '../../src/lab/lab.ts';
import { openLab } from '../lab/lab-under-test.ts';
import { TestBelay } from '../support/belay.ts';
import { EventTap } from './event-tap.ts';

const PATIENCE = { timeout: 15_000, interval: 50 };
const SERVER = `
  require("node:net").createServer((socket) => socket.end())
    .listen(8080, process.env.BELAY_LAB_ADDRESS, () => console.log("serving"));
  process.on("SIGTERM", () => process.exit(0));`;

let lab: Lab;
let docker: Docker;
let belay: TestBelay;
let events: EventTap;

const acme = () => docker.getContainer('acme');
const codes = async () => (await belay.system()).attention.map(({ code }) => code);
const finds = (...expected: string[]) =>
  vi.waitUntil(async () => (await codes()).sort().join() === expected.sort().join(), PATIENCE);
const repair = async () => belay.ended(await belay.post<OperationView>('/api/cluster/repair'));
const told = (code: string, list: 'appeared' | 'cleared') => (event: EventView) =>
  event.type === 'drift' && event[list].some((drift) => drift.code === code);

beforeEach(async () => {
  ({ lab, docker } = await openLab());
  const { reference } = lab.addImage(
    {
      repository: 'acme/server',
      tag: '1.0',
      command: ['node', '-e', SERVER],
      labels: { 'io.belay.gate.stable': '100ms', 'io.belay.gate.deadline': '5s' },
      volumes: ['/data'],
      exposedPorts: ['8080/tcp'],
    },
    'both',
  );
  const HostConfig = { Binds: ['acme-data:/data'], RestartPolicy: { Name: 'unless-stopped' }, Memory: 64 << 20 };
  await (await docker.createContainer({ name: 'acme', Image: reference, HostConfig })).start();
  belay = new TestBelay(`unix://${lab.socketPath}`);
  await belay.start();
  await belay.adopt('acme', 'acme');
  events = await EventTap.open(belay.socket, 'acme');
});
afterEach(async () => {
  events.close();
  await belay.close();
});

it('nothing has drifted, and there is nothing to repair', async () => {
  expect(await codes()).toEqual([]);
  await expect(repair()).rejects.toThrow('are as 1.0');
});

it('a removed container is told, made again on its data, and that is told as well', async () => {
  const [volume] = (await acme().inspect()).Mounts;
  await acme().remove({ force: true });
  await finds('container-removed');
  await events.has(told('container-removed', 'appeared'));
  expect(await repair()).toMatchObject({ kind: 'repair', state: 'succeeded', from: '1.0', to: '1.0' });
  await events.has(told('container-removed', 'cleared'));
  const { State, HostConfig, Mounts } = await acme().inspect();
  expect(State.Running).toBe(true);
  expect(HostConfig).toMatchObject({ Memory: 64 << 20, RestartPolicy: { Name: 'unless-stopped' } });
  expect(Mounts).toMatchObject([{ Name: volume?.Name, Destination: '/data' }]);
  expect(await belay.releases()).toHaveLength(1);
});

it('name, limits, restart policy and a stop by hand are found and set right', async () => {
  await acme().update({ Memory: 32 << 20, RestartPolicy: { Name: 'no' } });
  await acme().rename({ name: 'web' });
  await docker.getContainer('web').stop();
  await finds('limits', 'restart-policy', 'container-renamed', 'container-stopped');
  const { actions } = await belay.get<RepairPlanView>('/api/repair/plan');
  expect(actions).toEqual([
    'Rename web to acme',
    `Set --memory of acme to ${64 << 20} (now ${32 << 20})`,
    'Set the restart policy of acme to unless-stopped (now no)',
    'Start acme',
  ]);
  expect(await repair()).toMatchObject({ state: 'succeeded' });
  await finds();
  const { HostConfig, State } = await acme().inspect();
  expect(HostConfig).toMatchObject({ Memory: 64 << 20, RestartPolicy: { Name: 'unless-stopped' } });
  expect(State.Running).toBe(true);
});

it('a paused container goes on', async () => {
  await acme().pause();
  await finds('container-paused');
  expect(await repair()).toMatchObject({ state: 'succeeded' });
  expect((await acme().inspect()).State.Paused).toBe(false);
});

it('a container that took the name keeps it, and the repair is refused', async () => {
  const { Image } = await acme().inspect();
  await acme().remove({ force: true });
  await docker.createContainer({ name: 'acme', Image });
  await finds('container-replaced');
  await expect(repair()).rejects.toThrow('is taken by another container');
  expect((await acme().inspect()).State.Running).toBe(false);
});

it.each(['removed', 'made again, empty'])('the volume %s: told loudly, and nothing is started on it', async (how) => {
  await acme().remove({ force: true });
  await docker.getVolume('acme-data').remove();
  if (how !== 'removed') await docker.createVolume({ Name: 'acme-data' });
  await finds('container-removed', how === 'removed' ? 'data-gone' : 'data-replaced');
  expect((await belay.system()).attention[0]).toMatchObject({ level: 'alarm' });
  await expect(repair()).rejects.toThrow('is not in the volume acme-data');
  expect(await docker.listContainers({ all: true })).toEqual([]);
});

it('_data removed from under the container', async () => {
  const [volume] = (await acme().inspect()).Mounts;
  rmSync(volume?.Source ?? '', { recursive: true });
  await finds('data-gone');
  await events.has(told('data-gone', 'appeared'));
  expect(await belay.system()).toMatchObject({ state: 'needs-attention' });
  await acme().stop();
  await finds('data-gone', 'container-stopped');
  await expect(repair()).rejects.toThrow('is not in the volume acme-data');
});

it('the image removed by force', async () => {
  const { Image } = await acme().inspect();
  await docker.getImage(Image).remove({ force: true });
  await finds('image-gone');
});

it('an operation that is cut off goes on with the next daemon', async () => {
  await belay.kill('SIGTERM');
  await belay.start({ crashAt: 'recreate:acted' });
  await acme().remove({ force: true });
  await belay.post('/api/cluster/repair').catch(() => null);
  expect(await belay.died()).toBe('SIGKILL');
  await belay.start();
  expect(await belay.ended()).toMatchObject({ kind: 'repair', state: 'succeeded', recoveries: 1 });
  expect(await docker.listContainers({ all: true })).toHaveLength(1);
  await finds();
});

it('an engine that goes and comes back: what it could not start by itself is started', async () => {
  await lab.close();
  lab = await startLab({ root: lab.root });
  onTestFinished(() => lab.close());
  await vi.waitUntil(async () => (await belay.system().catch(() => null))?.state === 'running', PATIENCE);
  await finds();
});

it('events are of the appliance that was asked for, and one that is not there is refused', async () => {
  await (await docker.createContainer({ name: 'other', Image: (await acme().inspect()).Image })).start();
  await belay.adopt('other', 'other');
  const both = await EventTap.open(belay.socket, 'other');
  await docker.getContainer('other').pause();
  await both.has(told('container-paused', 'appeared'));
  both.close();
  expect(events.seen.filter((event) => JSON.stringify(event).includes('other'))).toEqual([]);
  await expect(belay.get('/api/events?appliance=nobody')).rejects.toThrow('no appliance named nobody');
});
