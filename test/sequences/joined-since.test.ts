import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { viewServiceEngines } from '../../src/api/server/service-engine-view.ts';
import { BelayError } from '../../src/domain/errors.ts';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import { rollback } from '../../src/sequences/rollback.ts';
import { FakeSite, member } from '../support/fake-site.ts';

const NETWORKS = { site: { Aliases: ['agents'], DriverOpts: { mtu: '1400' } }, other: {} };
const onNetworks = (change: Partial<ServiceSpec> = {}) => {
  const { settings } = member('agent');
  return member('agent', { settings: { ...settings, networks: NETWORKS }, ...change });
};

let site: FakeSite;
beforeEach(() => {
  site = new FakeSite([member('server'), onNetworks()], { engines: { maxUnavailable: 9 } });
});
afterEach(() => site.close());

const engines = async () =>
  (await viewServiceEngines(site.world, site.service.appliance())).map(({ name, version, state }) =>
    [name, version, state].join(' '),
  );
const orphaned = () => site.journal.orphans('acme');
const containerOf = (id: string) => site.host.containers.find((each) => each.id === id);
const planned = async (release?: string) =>
  (await site.service.planRollback(site.service.appliance(), { release, by: 'admin' })).plan;
const deleteOrphans = async (name?: string) => {
  const { snapshots } = site.service;
  const job = await snapshots.deleteOrphans(site.service.appliance(), name, 'admin');
  await snapshots.jobs.settled(job.id);
  return snapshots.jobs.job(job.id)?.job;
};

/** None of those that are cut off could connect, nor comes back by itself. */
function expectCutOff(count: number): void {
  expect(orphaned()).toHaveLength(count);
  for (const { containerId } of orphaned()) {
    const container = containerOf(containerId);
    expect(container).toMatchObject({ state: 'exited', policy: { name: 'no' } });
    expect(container?.networks).toEqual({});
  }
}

/** Upgraded, with two service engines more than before. */
async function grown(): Promise<string> {
  await site.upgrade('2.0');
  await site.scale(3);
  return site.active.id;
}

describe('service engines that joined since the upgrade', () => {
  test('are listed before a rollback, and neither run nor connect after it', async () => {
    const left = await grown();
    const plan = await planned(site.first.id);
    expect(plan.joinedSince).toMatchObject([
      { name: 'agent-2', version: '2.0', canBeCutOff: true },
      { name: 'agent-3', version: '2.0', canBeCutOff: true },
    ]);
    expect(plan.steps.map(({ name }) => name)).toContain('set-apart');
    expect(await site.rollback(site.first.id)).toMatchObject({ state: 'succeeded', reason: null });
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0']);
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 2.0 orphaned', 'agent-3 2.0 orphaned']);
    expect(orphaned()).toMatchObject([
      { service: 'agent-2', release: left, networks: NETWORKS },
      { service: 'agent-3', release: left, networks: NETWORKS },
    ]);
    expectCutOff(2);
  });

  test('are connected as they were where their release is gone back to', async () => {
    const left = await grown();
    const before = site.containerOf(site.active, 'agent-3') ?? '';
    await site.rollback(site.first.id);
    expect(await site.rollback(left)).toMatchObject({ state: 'succeeded' });
    expect(await engines()).toEqual(['agent 2.0 up', 'agent-2 2.0 up', 'agent-3 2.0 up']);
    expect(site.containerOf(site.active, 'agent-3')).toBe(before);
    expect(containerOf(before)?.networks).toEqual(NETWORKS);
    expect(orphaned()).toEqual([]);
    // And off again.
    await site.rollback(site.first.id);
    expectCutOff(2);
  });

  test('stay cut off through upgrades, and through a promotion of their release have new containers', async () => {
    const left = await grown();
    await site.rollback(site.first.id);
    await site.upgrade('3.0');
    expect(await engines()).toEqual(['agent 3.0 up', 'agent-2 2.0 orphaned', 'agent-3 2.0 orphaned']);
    expectCutOff(2);
    await site.ended(site.service.promote(site.service.appliance(), { release: left, by: 'admin' }));
    expect(await engines()).toEqual(['agent 2.0 up', 'agent-2 2.0 up', 'agent-3 2.0 up']);
    expect(containerOf(site.containerOf(site.active, 'agent-3') ?? '')?.networks).toEqual(NETWORKS);
    expectCutOff(2);
  });

  test('are cut off with every container that they have had', async () => {
    await site.scale(2);
    await site.upgrade('2.0');
    await site.rollback(site.first.id);
    expect(orphaned().map(({ service }) => service)).toEqual(['agent-2', 'agent-2']);
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 2.0 orphaned']);
    expectCutOff(2);
  });

  test('are told where they cannot be cut off', async () => {
    site.close();
    const { settings } = member('agent');
    const onHost = { ...settings, hostConfig: { ...settings.hostConfig, NetworkMode: 'host' } };
    site = new FakeSite([member('server'), onNetworks({ settings: onHost })]);
    await site.scale(2);
    const plan = await planned();
    expect(plan.joinedSince).toMatchObject([{ name: 'agent-2', canBeCutOff: false }]);
    expect(plan.warnings[0]).toContain('connects where somebody starts it by hand');
    await site.rollback();
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0']);
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 1.0 orphaned']);
  });

  test('hold up no rollback where one cannot be taken out of its networks, and that is told', async () => {
    await grown();
    site.host.beforeCall = (call) => {
      if (call === 'disconnect agent-2 2.0') throw new BelayError('engine-failed', 'The engine stumbled.');
    };
    const ended = await site.rollback(site.first.id);
    expect(ended).toMatchObject({ state: 'needs-attention' });
    expect(ended.reason).toBe('Not every service engine that joined since is cut off: agent-2 (The engine stumbled).');
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0']);
  });

  test('that were scaled away are no orphans', async () => {
    await site.scale(3);
    await site.scale(1);
    expect(orphaned()).toEqual([]);
    expect(await engines()).toEqual(['agent 1.0 up']);
  });
});

describe('those that are cut off', () => {
  test('can be deleted, one or all, and their release makes them anew', async () => {
    const left = await grown();
    await site.rollback(site.first.id);
    expect(await deleteOrphans('agent-3')).toMatchObject({
      ...{ kind: 'delete-engines', state: 'done', message: 'The service engine agent-3 is removed.' },
    });
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 2.0 orphaned']);
    expect(await deleteOrphans()).toMatchObject({ state: 'done' });
    expect(await engines()).toEqual(['agent 1.0 up']);
    await expect(deleteOrphans()).rejects.toThrow('acme has no service engine that is orphaned.');
    await expect(deleteOrphans('agent')).rejects.toThrow('acme has no orphaned service engine agent.');
    expect(await site.rollback(left)).toMatchObject({ state: 'succeeded' });
    expect(await engines()).toEqual(['agent 2.0 up', 'agent-2 2.0 up', 'agent-3 2.0 up']);
    expect(containerOf(site.containerOf(site.active, 'agent-3') ?? '')?.networks).toEqual(NETWORKS);
  });

  test('leave their numbers to nobody', async () => {
    await grown();
    await site.rollback(site.first.id);
    await site.scale(2);
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-4 1.0 up', 'agent-2 2.0 orphaned', 'agent-3 2.0 orphaned']);
  });
});

const FORWARD = rollback.steps.slice(rollback.steps.findIndex(({ name }) => name === rollback.forwardFrom));
const POINTS = FORWARD.flatMap(({ name }) => [
  { step: name, phase: 'intent' as const, written: true },
  { step: name, phase: 'done' as const, written: false },
  { step: name, phase: 'done' as const, written: true },
]);

describe('a daemon that is killed in the middle of the rollback', () => {
  test.each(POINTS)('at $step $phase, written: $written: the next one cuts them off all the same', async (point) => {
    await grown();
    site.killAt = point;
    await site.rollback(site.first.id).catch(() => null);
    await site.settled();
    if (site.journal.operations('acme', 1)[0]?.state === 'running') await site.restart();
    expect(site.active.copyOf).toBe(site.first.id);
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0']);
    expectCutOff(2);
  });

  test.each(POINTS)('forward again, at $step $phase, written: $written: the next one connects them', async (point) => {
    const left = await grown();
    await site.rollback(site.first.id);
    site.killAt = point;
    await site.rollback(left).catch(() => null);
    await site.settled();
    if (site.journal.operations('acme', 1)[0]?.state === 'running') await site.restart();
    expect(await engines()).toEqual(['agent 2.0 up', 'agent-2 2.0 up', 'agent-3 2.0 up']);
    expect(orphaned()).toEqual([]);
    const connected = site.host.containers.filter(({ state }) => state === 'running').map(({ networks }) => networks);
    expect(connected.slice(1)).toEqual([NETWORKS, NETWORKS, NETWORKS]);
  });
});
