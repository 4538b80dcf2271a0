import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import { findDrift } from '../../src/reconcile/compare.ts';
import { observe } from '../../src/reconcile/observe.ts';
import { change } from '../../src/sequences/change.ts';
import { deleteRelease, planReleaseDeletion } from '../../src/sequences/delete-release.ts';
import { planChange } from '../../src/sequences/plan-change.ts';
import { fakeImage } from '../support/fake-host.ts';
import { FakeSite, member } from '../support/fake-site.ts';

let site: FakeSite;
afterEach(() => site.close());

const helper = (update: NonNullable<ServiceSpec['update']>) =>
  member('helper', { role: 'app', image: fakeImage('acme/helper', '1.0'), update });
const aSite = (...services: ServiceSpec[]) => {
  site = new FakeSite([member('server'), ...services]);
};
const images = () => Object.fromEntries(site.active.services.map(({ name, image }) => [name, image.tag]));
const containers = () =>
  Object.fromEntries(site.active.services.map(({ name }) => [name, site.containerOf(site.active, name)]));
const drifts = async () => findDrift(await observe(site.world, site.active)).map(({ message }) => message);

/** What runs is the active release and nothing else, and comes back after a reboot as nothing else does. */
async function expectWhole(): Promise<void> {
  const wanted = site.active.services.map(({ containerName, image }) => `${containerName} ${image.tag}`).sort();
  expect(site.host.running()).toEqual(wanted);
  const live = Object.values(containers());
  for (const { id, policy, name } of site.host.containers) {
    expect(`${name} ${policy.name}`).toBe(`${name} ${live.includes(id) ? 'always' : 'no'}`);
  }
  expect(await drifts()).toEqual([]);
}

describe.each(['on-change', 'on-request'] as const)('a helper with update: %s', (update) => {
  beforeEach(() => aSite(helper(update)));

  test('runs on untouched while the controller is upgraded, and what waits is told', async () => {
    const before = containers();
    const { plan } = await site.service.planUpgrade(site.service.appliance(), { version: '2.0', by: 'admin' });
    expect(plan.services[1]).toEqual({
      ...{ name: 'helper', from: 'acme/helper:1.0', to: 'acme/helper:1.0' },
      kept: { update, awaits: 'acme/helper:2.0', isUntouched: true },
    });
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
    expect(images()).toEqual({ server: '2.0', helper: '1.0' });
    expect(containers()['helper']).toBe(before['helper']);
    expect(site.host.log).toEqual(['stop server 1.0', 'start server 2.0']);
    expect(site.active.services[1]?.awaits).toMatchObject({ tag: '2.0', imageId: 'sha256:id-acme/helper-2.0' });
    await expectWhole();
  });

  test('and takes the image of the version when it is asked to, beside a controller that runs on', async () => {
    await site.upgrade('2.0');
    const before = containers();
    site.host.log.length = 0;
    const ended = await site.update();
    expect(ended).toMatchObject({ kind: 'change', state: 'succeeded', from: '2.0', to: '2.0', downtimeMs: null });
    expect(images()).toEqual({ server: '2.0', helper: '2.0' });
    expect(containers()['server']).toBe(before['server']);
    expect(site.host.log).toEqual(['stop helper 1.0', 'start helper 2.0']);
    expect(site.active.services[1]?.awaits).toBeUndefined();
    expect(site.active).toMatchObject({ origin: 'change', previous: ended.fromRelease });
    expect(site.journal.release(ended.fromRelease)?.status).toBe('superseded');
    await expectWhole();
    await expect(site.update()).rejects.toThrow('Every engine and helper of acme has what 2.0 wants of it.');
  });

  test('goes on being pinned to the versions to come', async () => {
    await site.upgrade('2.0');
    await site.upgrade('3.0');
    expect(site.active.services[1]).toMatchObject({ image: { tag: '1.0' }, awaits: { tag: '3.0' } });
    await expectWhole();
  });

  test('and is left running by a rollback as well', async () => {
    await site.upgrade('2.0');
    site.host.log.length = 0;
    await site.rollback();
    expect(site.host.log).toEqual(['stop server 2.0', 'start server 1.0']);
    expect(images()).toEqual({ server: '1.0', helper: '1.0' });
    await expectWhole();
  });

  test('is left running where the upgrade fails', async () => {
    site.host.behaviours.set('acme/server:2.0', 'exits');
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'rolled-back' });
    expect(site.host.log.filter((line) => line.includes('helper'))).toEqual([]);
    await expectWhole();
  });
});

describe('a helper whose data an upgrade clones', () => {
  const withData = (update: 'on-change' | 'on-request') => ({
    ...helper(update),
    mounts: [
      {
        ...{ kind: 'volume' as const, source: 'data', target: '/data', readOnly: false, slotKey: 'volume:data' },
        ...{ sharedBecause: null, declared: { form: 'implicit' as const } },
      },
    ],
  });

  test.each([
    ['on-change', '2.0', null],
    ['on-request', '1.0', '2.0'],
  ] as const)('is made anew: with update: %s it runs %s', async (update, tag, awaits) => {
    aSite(withData(update));
    const { candidate, facts, plan } = await planned();
    expect(facts.kept).toEqual([]);
    expect(candidate.release.services[1]?.image.tag).toBe(tag);
    expect(candidate.release.services[1]?.awaits?.tag ?? null).toBe(awaits);
    expect(plan.services[1]?.kept?.isUntouched ?? null).toBe(awaits === null ? null : false);
  });
  const planned = () => site.service.planUpgrade(site.service.appliance(), { version: '2.0', by: 'admin' });
});

describe('engines that are behind', () => {
  const AGENTS = ['agent-1', 'agent-2'];
  beforeEach(() => aSite(...AGENTS.map((name) => member(name))));

  /** Both of them fail in the upgrade, and what was in their way is mended afterwards. */
  async function upgradedWithoutThem(): Promise<void> {
    site.host.behaviours.set('acme/agent:2.0', 'exits');
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'needs-attention' });
    site.host.behaviours.clear();
  }

  test('come with one command, the others untouched', async () => {
    await upgradedWithoutThem();
    const { server } = containers();
    expect(await site.update('agent-2')).toMatchObject({ state: 'succeeded' });
    expect(site.host.running()).toEqual(['acme 2.0', 'acme-agent-2 2.0']);
    const { plan } = await site.service.engines.planUpdate(site.service.appliance(), { by: 'admin' });
    expect(plan.engines).toEqual({ engines: ['agent-1'], maxUnavailable: 1 });
    expect(await site.update()).toMatchObject({ state: 'succeeded' });
    expect(site.host.running()).toEqual(['acme 2.0', 'acme-agent-1 2.0', 'acme-agent-2 2.0']);
    expect(containers()['server']).toBe(server);
    await expectWhole();
  });

  test('that fail again leave everything as it was, also where they were down before', async () => {
    await upgradedWithoutThem();
    const before = containers();
    site.host.behaviours.set('acme/agent:2.0', 'unhealthy');
    const ended = await site.update('agent-1');
    expect(ended).toMatchObject({ state: 'rolled-back' });
    expect(ended.reason).toMatch(/^agent-1 has not proved itself: /);
    expect(containers()).toEqual(before);
    expect(site.host.running()).toEqual(['acme 2.0']);
  });

  test('of which one fails again come but for that one, which is told', async () => {
    await upgradedWithoutThem();
    site.host.refusals.set('acme-agent-1', 99);
    const ended = await site.update();
    expect(ended).toMatchObject({ kind: 'change', state: 'needs-attention', toRelease: site.active.id });
    expect(ended.reason).toContain('1 of 2 service engines did not follow: agent-1');
    expect(site.host.running()).toEqual(['acme 2.0', 'acme-agent-2 2.0']);
  });

  test('are resumed, helpers that wait for their own trigger left alone', async () => {
    site.close();
    aSite(helper('on-request'), ...AGENTS.map((name) => member(name)));
    await upgradedWithoutThem();
    expect(await site.resume()).toMatchObject({ kind: 'change', state: 'succeeded' });
    expect(site.host.running()).toEqual(['acme 2.0', 'acme-agent-1 2.0', 'acme-agent-2 2.0', 'acme-helper 1.0']);
    await expect(site.resume()).rejects.toThrow('There is nothing to resume: every service engine of acme runs 2.0.');
  });

  test.each([
    ['server', 'server is the controller'],
    ['agent-9', 'acme has no service agent-9'],
    ['agent-1', 'agent-1 has what 1.0 wants of it'],
  ])('%s is refused by name', async (name, sentence) => {
    await expect(site.update(name)).rejects.toThrow(sentence);
    expect(site.journal.operations('acme', 5)).toEqual([]);
  });

  test('in a release that has to be confirmed are not touched', async () => {
    const upgrade = { version: '2.0', confirmWithinMs: 60_000, by: 'admin' };
    site.host.behaviours.set('acme/agent:2.0', 'exits');
    await site.ended(site.service.upgrade(site.service.appliance(), upgrade));
    await expect(site.update()).rejects.toThrow('2.0 of acme waits to be confirmed.');
  });
});

describe('the releases of one slot', () => {
  beforeEach(async () => {
    aSite(helper('on-request'), member('agent-1'));
    await site.upgrade('2.0');
    await site.update('helper');
  });

  test('rollback system goes back to the one before, exchanging what differs, and then to the one before that', async () => {
    const second = site.active.previous ?? '';
    const third = site.active.id;
    const { plan } = await site.service.planRollback(site.service.appliance(), { by: 'admin' });
    expect(plan.data).toMatchObject({ backTo: null, changes: { added: 0, changed: 0, removed: 0 } });
    expect(plan.settings).toEqual([
      { service: 'helper', setting: 'image of helper', now: 'acme/helper:2.0', after: 'acme/helper:1.0' },
    ]);
    site.host.log.length = 0;
    expect(await site.rollback()).toMatchObject({ state: 'succeeded', from: '2.0', to: '2.0' });
    expect(site.host.log).toEqual(['stop helper 2.0', 'start helper 1.0']);
    expect(site.active.copyOf).toBe(second);
    await expectWhole();
    await expect(site.rollback(second)).rejects.toThrow('is what runs now');
    await site.rollback();
    expect(site.active).toMatchObject({ version: '1.0', copyOf: site.first.id });
    await expectWhole();
    // Forward again, to the changed one, with its own containers.
    await site.rollback(third);
    expect(images()).toEqual({ server: '2.0', helper: '2.0', 'agent-1': '2.0' });
    await expectWhole();
  });

  test('a container that two of them have is neither deleted with one nor told as one that should be off', async () => {
    const second = site.active.previous ?? '';
    const deletion = await planReleaseDeletion(site.world, site.active, second);
    // The helper's first container is that of the first release as well.
    expect(deletion).toMatchObject({ containers: [], data: null });
    expect(deletion.warnings[0]).toBe('Another release has the containers of helper as well: they stay.');
    expect(await drifts()).toEqual([]);
  });

  test('what only a left release has goes with it, and what runs goes on', async () => {
    await site.host.stopInstance(containers()['agent-1'] ?? '');
    await site.update('agent-1');
    const left = site.active.previous ?? '';
    const before = site.journal.release(left)?.previous ?? '';
    const removed = async (id: string) =>
      (await deleteRelease(site.world, site.active, id)).containers.map(({ service }) => service);
    // Both of them have had the engine's container: it goes with the last one.
    expect(await removed(before)).toEqual([]);
    expect(await removed(left)).toEqual(['agent-1']);
    await expect(removed(left)).rejects.toThrow('has no containers but those that run now');
    await expectWhole();
    // Going back to it leaves the rest running and makes that one again.
    site.host.log.length = 0;
    await site.rollback(left);
    expect(site.host.log).toEqual(['stop agent-1 2.0', 'start agent-1 2.0']);
    await expectWhole();
  });
});

test('any setting can be changed so, and a helper that waits for a change takes its image with it', async () => {
  aSite(helper('on-change'));
  await site.upgrade('2.0');
  const { server } = containers();
  const now = site.active.services;
  const after = now.map((spec) =>
    spec.name === 'helper' ? { ...spec, settings: { ...spec.settings, config: { Env: ['LOG=debug'] } } } : spec,
  );
  const planning = () => planChange(site.world, site.active, { now, after, by: 'admin' }, change.steps);
  const { plan } = await planning();
  expect(plan.changes).toEqual([
    {
      service: 'helper',
      image: { now: 'acme/helper:1.0', after: 'acme/helper:2.0' },
      settings: [{ service: 'helper', setting: 'env LOG', now: null, after: 'debug' }],
    },
  ]);
  expect(plan).toMatchObject({ kept: ['server'], downtimeForecastMs: null, obstacles: [] });
  await site.ended(site.service.change(site.service.appliance(), 'admin', planning));
  expect(images()).toEqual({ server: '2.0', helper: '2.0' });
  expect(containers()['server']).toBe(server);
  await expectWhole();
});

test('a repair that has to make its container anew gives it the image that waits, in a new release', async () => {
  aSite(helper('on-change'));
  await site.upgrade('2.0');
  const release = site.active.id;
  await site.host.removeInstance(containers()['helper'] ?? '');
  const { actions } = await site.service.planRepair(site.service.appliance());
  expect(actions).toEqual(['Make the container acme-helper with acme/helper:2.0, in a new release, and start it']);
  const repair = site.service.repair(site.service.appliance(), { by: 'admin' });
  expect(await site.ended(repair)).toMatchObject({ kind: 'change', state: 'succeeded' });
  expect(site.active.previous).toBe(release);
  expect(images()).toEqual({ server: '2.0', helper: '2.0' });
  expect(site.host.running()).toEqual(['acme 2.0', 'acme-helper 2.0']);
});

// Here no service engine is exchanged; where some are, see scaling.test.ts.
const POINTS = change.steps
  .filter(({ name }) => name !== 'engines')
  .flatMap(({ name }) => [
    { step: name, phase: 'intent' as const, written: true },
    { step: name, phase: 'done' as const, written: false },
    { step: name, phase: 'done' as const, written: true },
  ]);

describe('a daemon that is killed in the middle of a change', () => {
  test.each(POINTS)('at $step $phase, written: $written: the next one ends on one side', async (point) => {
    aSite(helper('on-request'), member('agent-1'));
    await site.upgrade('2.0');
    const [before, release] = [containers(), site.active.id];
    site.host.log.length = 0;
    site.killAt = point;
    await site.service.engines.update(site.service.appliance(), { by: 'admin' }).catch(() => null);
    await site.settled();
    expect(site.journal.operations('acme', 1)[0]?.state).toBe('running');
    await site.restart();
    const [operation] = site.journal.operations('acme', 1);
    const hasCommitted = point.step === 'restart-policy' || (point.step === 'commit' && site.active.id !== release);
    expect(operation?.state).toBe(
      hasCommitted ? 'succeeded' : site.host.log.length > 0 ? 'rolled-back' : operation?.state,
    );
    expect(images()).toEqual({ server: '2.0', helper: hasCommitted ? '2.0' : '1.0', 'agent-1': '2.0' });
    if (!hasCommitted) expect(containers()).toEqual(before);
    expect(containers()).toMatchObject({ server: before['server'], 'agent-1': before['agent-1'] });
    expect(site.host.log.filter((line) => !line.includes('helper'))).toEqual([]);
    await expectWhole();
    // Nothing is left over.
    expect(site.host.containers.length).toBe(hasCommitted ? 6 : 5);
  });
});
