import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { viewServiceEngines } from '../../src/api/server/service-engine-view.ts';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import { change } from '../../src/sequences/change.ts';
import { FakeSite, member } from '../support/fake-site.ts';

let site: FakeSite;
const aSite = (change: Partial<ServiceSpec> = {}, maxUnavailable = 2) => {
  site = new FakeSite([member('server'), member('agent', change)], { engines: { maxUnavailable } });
};
beforeEach(() => aSite());
afterEach(() => site.close());

const names = () => site.active.services.map(({ name }) => name);
const engines = async () =>
  (await viewServiceEngines(site.world, site.service.appliance())).map(({ name, version, state }) =>
    [name, version, state].join(' '),
  );
const planned = (count: number, group?: string) =>
  site.service.engines.planScaling(site.service.appliance(), { count, group, by: 'admin' });
const remove = (name: string) =>
  site.ended(site.service.engines.remove(site.service.appliance(), { name, by: 'admin' }));

/** Only what the active release has runs, and only that comes back after a reboot. */
function expectWhole(): void {
  const wanted = site.active.services.map(({ containerName, image }) => `${containerName} ${image.tag}`).sort();
  expect(site.host.running()).toEqual(wanted);
  const live = site.active.services.map(({ name }) => site.containerOf(site.active, name));
  for (const { id, policy } of site.host.containers) expect(policy.name).toBe(live.includes(id) ? 'always' : 'no');
}

describe('more', () => {
  test('are copies, brought up in a new release beside a controller that goes on', async () => {
    const { plan } = await planned(4);
    expect(plan.added).toEqual(
      [2, 3, 4].map((number) => ({
        ...{ service: `agent-${number}`, image: 'acme/agent:1.0', containerName: `acme-agent-${number}` },
      })),
    );
    expect(plan).toMatchObject({ changes: [], removed: [], kept: ['server', 'agent'], downtimeForecastMs: null });
    expect(plan.engines).toEqual({ engines: ['agent-2', 'agent-3', 'agent-4'], maxUnavailable: 2 });
    const ended = await site.scale(4);
    expect(ended).toMatchObject({ kind: 'change', state: 'succeeded', downtimeMs: null });
    expect(site.host.log).toEqual(['start agent-2 1.0', 'start agent-3 1.0', 'start agent-4 1.0']);
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 1.0 up', 'agent-3 1.0 up', 'agent-4 1.0 up']);
    expectWhole();
  });

  test('follow upgrades and rollbacks as the others do', async () => {
    await site.scale(3);
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
    expect(await engines()).toEqual(['agent 2.0 up', 'agent-2 2.0 up', 'agent-3 2.0 up']);
    expectWhole();
    expect(await site.rollback()).toMatchObject({ state: 'succeeded' });
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 1.0 up', 'agent-3 1.0 up']);
    expectWhole();
  });

  test('are gone back from beside a controller that goes on, as the plan says', async () => {
    await site.scale(3);
    site.host.log.length = 0;
    const { plan } = await site.service.planRollback(site.service.appliance(), { by: 'admin' });
    expect(plan).toMatchObject({ kept: ['server', 'agent'], downtimeForecastMs: null, engines: null });
    expect(plan.joinedSince.map(({ name }) => name)).toEqual(['agent-2', 'agent-3']);
    expect(plan.steps.map(({ name }) => name)).not.toContain('engines');
    expect(await site.rollback()).toMatchObject({ state: 'succeeded', downtimeMs: null });
    expect(site.host.log).toEqual(['stop agent-2 1.0', 'stop agent-3 1.0']);
    expectWhole();
  });

  test('of one that fails the others come all the same', async () => {
    site.host.refusals.set('acme-agent-2', 99);
    const ended = await site.scale(3);
    expect(ended.state).toBe('needs-attention');
    expect(ended.reason).toContain('1 of 2 service engines did not follow: agent-2');
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 1.0 failed', 'agent-3 1.0 up']);
    site.host.refusals.clear();
    expect(await site.resume()).toMatchObject({ state: 'succeeded' });
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 1.0 up', 'agent-3 1.0 up']);
    expectWhole();
  });

  test('of a group count only that one and its copies, and get numbers that are free', async () => {
    site.close();
    site = new FakeSite([member('server'), member('agent'), member('agent-2')]);
    await site.scale(2, 'agent');
    expect(names()).toEqual(['server', 'agent', 'agent-2', 'agent-3']);
    await site.scale(3, 'agent-2');
    expect(names().slice(4)).toEqual(['agent-2-2', 'agent-2-3']);
    expect(site.active.services.at(-1)?.containerName).toBe('acme-agent-2-3');
    await remove('agent');
    await site.scale(2, 'agent');
    expect(names()).toEqual(['server', 'agent-2', 'agent-3', 'agent-2-2', 'agent-2-3', 'agent-4']);
    expect(site.active.services.at(-1)?.containerName).toBe('acme-agent-4');
    expectWhole();
  });

  test('go without what only one can have, and that is said', async () => {
    site.close();
    aSite({
      settings: {
        config: { Hostname: 'edge', Env: ['ZONE=a'] },
        hostConfig: {
          RestartPolicy: { Name: 'always' },
          PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }], '81/tcp': [{ HostIp: '', HostPort: '' }] },
        },
        networks: { site: { IPAMConfig: { IPv4Address: '10.1.1.9' }, Aliases: ['agents', 'acme-agent'] } },
      },
    });
    const { plan, candidate } = await planned(2);
    expect(plan.warnings).toEqual([
      'Only agent itself has the host name edge, port 8080 of the host, the fixed address in site: its copies go without.',
    ]);
    expect(candidate.release.services[2]).toMatchObject({
      name: 'agent-2',
      scaled: { group: 'agent' },
      settings: {
        config: { Env: ['ZONE=a'] },
        hostConfig: { PortBindings: { '81/tcp': [{ HostIp: '', HostPort: '' }] } },
        networks: { site: { Aliases: ['agents'] } },
      },
    });
    expect(candidate.release.services[2]?.settings.config).not.toHaveProperty('Hostname');
  });
});

describe('fewer', () => {
  test('the youngest go, and come back with a rollback', async () => {
    await site.scale(4);
    const before = site.active.id;
    expect((await planned(2)).plan.removed).toEqual(['agent-3', 'agent-4']);
    site.host.log.length = 0;
    expect(await site.scale(2)).toMatchObject({ state: 'succeeded', downtimeMs: null });
    expect(site.host.log.sort()).toEqual(['stop agent-3 1.0', 'stop agent-4 1.0']);
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 1.0 up']);
    expect(site.host.called(`acme-agent-4-${before}`)?.state).toBe('exited');
    expectWhole();
    await site.rollback();
    expect(await engines()).toEqual(['agent 1.0 up', 'agent-2 1.0 up', 'agent-3 1.0 up', 'agent-4 1.0 up']);
    expectWhole();
  });

  test('one that is named goes, and the last one with a warning', async () => {
    await site.scale(2);
    await remove('agent-2');
    expect(names()).toEqual(['server', 'agent']);
    const last = { name: 'agent', by: 'admin' };
    const { plan } = await site.service.engines.planRemoval(site.service.appliance(), last);
    expect(plan.warnings[0]).toContain('It is the last one');
    expectWhole();
  });
});

describe('what is refused changes nothing', () => {
  test.each([
    ['as many as there are', () => site.scale(1), 'acme has one service engine already.'],
    ['of a group that is none', () => site.scale(2, 'server'), 'acme has no service engine server.'],
    ['the controller', () => remove('server'), 'server is no service engine: it is the controller.'],
    ['what is not there', () => remove('agent-9'), 'acme has no service engine agent-9.'],
  ])('%s', async (_what, act, sentence) => {
    await expect(act()).rejects.toThrow(sentence);
    expect(site.journal.operations('acme', 5)).toEqual([]);
  });

  test('a copy of what has data of its own', async () => {
    site.close();
    const mount = {
      kind: 'volume' as const,
      source: 'data',
      target: '/state',
      readOnly: false,
      slotKey: 'volume:data',
    };
    aSite({ mounts: [{ ...mount, sharedBecause: null, declared: { form: 'implicit' } }] });
    await expect(site.scale(2)).rejects.toThrow('agent has data of its own at /state, which no copy could have.');
  });

  test('to be without what another service waits for', async () => {
    site.close();
    const helper = member('helper', { role: 'app', dependsOn: { agent: 'started' } });
    site = new FakeSite([member('server'), member('agent'), helper]);
    await expect(remove('agent')).rejects.toThrow('helper depends on agent, which therefore has to stay.');
  });
});

const POINTS = change.steps.flatMap(({ name }) => [
  { step: name, phase: 'intent' as const, written: true },
  { step: name, phase: 'done' as const, written: false },
  { step: name, phase: 'done' as const, written: true },
]);

describe.each([
  ['up', 1, 3],
  ['down', 3, 1],
])('a daemon that is killed while it scales %s', (_way, first, then) => {
  test.each(POINTS)('at $step $phase, written: $written: the next one ends on one side', async (point) => {
    if (first > 1) await site.scale(first);
    const [before, server] = [site.active.id, site.containerOf(site.active, 'server')];
    const containersBefore = site.host.containers.length;
    site.killAt = point;
    await site.scale(then).catch(() => null);
    await site.settled();
    if (site.journal.operations('acme', 1)[0]?.state === 'running') await site.restart();
    const hasCommitted = site.active.id !== before;
    expect(hasCommitted).toBe(
      point.step === 'restart-policy' ||
        (point.step === 'commit' && point.phase === 'done' && point.written) ||
        // Scaling down has nothing that follows, so that this step is not in its plan.
        (point.step === 'engines' && then < first),
    );
    expect(names().filter((name) => name !== 'server')).toHaveLength(hasCommitted ? then : first);
    expect(site.containerOf(site.active, 'server')).toBe(server);
    expectWhole();
    if (!hasCommitted) expect(site.host.containers.length).toBe(containersBefore);
  });
});
