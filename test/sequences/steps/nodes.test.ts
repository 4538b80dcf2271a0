import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EntryPhase } from '../../../src/domain/operation.ts';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import type { ServiceSpec } from '../../../src/domain/service-spec.ts';
import { fakeImage } from '../../support/fake-host.ts';
import { FakeSite, member } from '../../support/fake-site.ts';

const NAMES = ['server', 'node-2', 'node-3'];
const ON = (version: string) => [
  `acme ${version}`,
  `acme-agent ${version}`,
  `acme-node-2 ${version}`,
  `acme-node-3 ${version}`,
];

const node = (name: string, change: Partial<ServiceSpec> = {}) =>
  member(name, { role: 'node', image: fakeImage('acme/server', '1.0'), ...change });

let site: FakeSite;
const aSite = (change: Record<string, Partial<ServiceSpec>> = {}) =>
  new FakeSite(
    [member('server'), node('node-2', change['node-2']), node('node-3', change['node-3']), member('agent')],
    DEFAULT_POLICY,
  );
const another = (change: Record<string, Partial<ServiceSpec>>) => {
  site.close();
  site = aSite(change);
};
/** Of an image of its own, so that it can behave as no other does. */
const odd = (name: string) => ({ [name]: { image: fakeImage('acme/odd', '1.0') } });

beforeEach(() => {
  site = aSite();
});
afterEach(() => site.close());

const policies = () => site.host.containers.filter(({ state }) => state === 'running').map(({ policy }) => policy.name);
const killed = (name: string) => {
  const container = site.host.called(name);
  if (container?.state !== 'running') throw new Error(`${name} does not run`);
  Object.assign(container, { state: 'exited', exitCode: 137 });
};
const before = (call: string, act: () => void) => {
  site.host.beforeCall = (each) => {
    if (each !== call) return;
    site.host.beforeCall = () => {};
    act();
  };
};
const nodesOf = (operation: { nodes: { name: string; state: string; reason: string | null }[] }) =>
  operation.nodes.map(({ name, state, reason }) => `${name} ${state}${reason === null ? '' : `: ${reason}`}`);

describe('up', () => {
  test('the controller first, then node by node, then what follows', async () => {
    const ended = await site.upgrade('2.0');
    expect(ended).toMatchObject({ state: 'succeeded', reason: null });
    expect(site.host.log).toEqual([...NAMES, 'agent'].flatMap((name) => [`stop ${name} 1.0`, `start ${name} 2.0`]));
    expect(site.host.running()).toEqual(ON('2.0'));
    expect(policies()).toEqual(['always', 'always', 'always', 'always']);
    expect(nodesOf(ended)).toEqual(['server done', 'node-2 done', 'node-3 done']);
  });

  test('the plan says which, in which order, and what is given up where one fails', async () => {
    const { plan } = await site.service.planUpgrade(site.service.appliance(), { version: '2.0', by: 'admin' });
    expect(plan.cluster).toEqual({ nodes: NAMES, inTurn: ['node-2', 'node-3'], because: null });
    expect(plan.steps.map(({ title }) => title)).toContain('Take 2 more nodes, one by one, from 1.0 to 2.0');
    expect(plan.warnings.join(' ')).toContain('Where a node fails, all of them go back');
  });

  test('nodes with data in common go together with the controller, and the plan says why', async () => {
    const mount = { ...{ kind: 'volume' as const, source: 'common', target: '/data', readOnly: false }, slotKey: 'm1' };
    const mounts = [{ ...mount, sharedBecause: null, declared: { form: 'implicit' as const } }];
    another({ 'node-2': { mounts }, 'node-3': { mounts } });
    const { plan } = await site.service.planUpgrade(site.service.appliance(), { version: '2.0', by: 'admin' });
    expect(plan.cluster).toMatchObject({ inTurn: [], because: 'node-2 and node-3 have data in common' });
    expect(plan.steps.map(({ name }) => name)).not.toContain('nodes');
    const ended = await site.upgrade('2.0');
    expect(site.host.log.slice(0, 3).sort()).toEqual(['stop node-2 1.0', 'stop node-3 1.0', 'stop server 1.0']);
    expect(site.host.running()).toEqual(ON('2.0'));
    expect(nodesOf(ended)).toEqual(['server done', 'node-2 done', 'node-3 done']);
  });

  test('a controller that does not prove itself leaves the others as they are', async () => {
    site.host.behaviours.set('acme/server:2.0', 'exits');
    const ended = await site.upgrade('2.0');
    expect(ended).toMatchObject({ state: 'rolled-back' });
    expect(site.host.running()).toEqual(ON('1.0'));
    expect(site.host.log.filter((line) => line.includes('node'))).toEqual([]);
    expect(nodesOf(ended).slice(1)).toEqual(['node-2 waiting', 'node-3 waiting']);
    expect(nodesOf(ended)[0]).toMatch(/^server back: .*exited with code 1/);
  });

  test('a node that fails takes all of them back, the last one first', async () => {
    another(odd('node-3'));
    site.host.behaviours.set('acme/odd:2.0', 'exits');
    const ended = await site.upgrade('2.0');
    expect(ended).toMatchObject({ state: 'rolled-back' });
    expect(ended.reason).toContain('2.0 did not prove itself (node-3): it exited with code 1.');
    expect(site.host.running()).toEqual(ON('1.0'));
    expect(policies()).toEqual(['always', 'always', 'always', 'always']);
    expect(nodesOf(ended)).toEqual(['server back', 'node-2 back', 'node-3 back: it exited with code 1']);
    const back = site.host.log.filter((line) => line.startsWith('start') && line.endsWith('1.0'));
    expect(back).toEqual(['start node-3 1.0', 'start node-2 1.0', 'start server 1.0']);
    // The engine's turn never came.
    expect(site.host.log.filter((line) => line.includes('agent'))).toEqual([]);
  });

  test.each([
    ['before its turn', 'stop node-2 1.0', 'acme-node-3', 'succeeded'],
    ['in its turn', 'stop node-3 1.0', 'acme-node-3', 'succeeded'],
    ['after its turn', 'stop node-3 1.0', 'acme-node-2', 'rolled-back'],
    ['and before the commit', 'stop agent 1.0', 'acme-node-2', 'succeeded'],
  ] as const)('a node that is killed %s', async (_, call, name, state) => {
    before(call, () => killed(name));
    expect(await site.upgrade('2.0')).toMatchObject({ state });
    expect(site.host.running()).toEqual(ON(state === 'succeeded' ? '2.0' : '1.0'));
    expect(policies()).toEqual(['always', 'always', 'always', 'always']);
    // Somebody else has done that: nothing is held against the version.
    expect(site.journal.disproving('acme')).toEqual([]);
  });
});

describe('down', () => {
  test('all nodes stop together and start together', async () => {
    await site.upgrade('2.0');
    site.host.log.length = 0;
    const { plan } = await site.service.planRollback(site.service.appliance(), { by: 'admin' });
    expect(plan.cluster).toEqual({ nodes: NAMES, inTurn: [], because: null });
    const ended = await site.rollback();
    expect(ended).toMatchObject({ state: 'succeeded', reason: null });
    expect(site.host.log.slice(0, 4).every((line) => line.startsWith('stop'))).toBe(true);
    expect(site.host.running()).toEqual(ON('1.0'));
    expect(nodesOf(ended)).toEqual(['server done', 'node-2 done', 'node-3 done']);
  });

  test('a node that was killed meanwhile comes up nonetheless', async () => {
    await site.upgrade('2.0');
    before('stop server 2.0', () => killed('acme-node-2'));
    expect(await site.rollback()).toMatchObject({ state: 'succeeded' });
    expect(site.host.running()).toEqual(ON('1.0'));
  });

  test('a node that ends once is started again', async () => {
    await site.upgrade('2.0');
    let isDone = false;
    const inspect = site.host.inspectInstance.bind(site.host);
    site.host.inspectInstance = async (id) => {
      const found = site.host.called('acme-node-3');
      if (!isDone && found?.spec.image.tag === '1.0' && found.state === 'running') {
        isDone = true;
        killed('acme-node-3');
      }
      return inspect(id);
    };
    expect(await site.rollback()).toMatchObject({ state: 'succeeded' });
    expect(isDone).toBe(true);
    expect(site.host.running()).toEqual(ON('1.0'));
  });

  test('a node that does not come up again is named, and the others are there', async () => {
    another(odd('node-3'));
    await site.upgrade('2.0');
    site.host.behaviours.set('acme/odd:1.0', 'exits');
    const ended = await site.rollback();
    expect(ended.state).toBe('needs-attention');
    expect(ended.reason).toContain('(node-3): it exited with code 1');
    expect(nodesOf(ended)).toEqual(['server done', 'node-2 done', 'node-3 failed: it exited with code 1']);
    expect(ended.hint).not.toBeNull();
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent 1.0', 'acme-node-2 1.0']);
    expect(site.active.version).toBe('1.0');
  });
});

describe('a daemon that is killed', () => {
  const PHASES: EntryPhase[] = ['intent', 'done'];
  const places = ['stop', 'start', 'gate', 'nodes', 'engines'].flatMap((step) =>
    PHASES.flatMap((phase) => [true, false].map((written) => ({ step, phase, written }))),
  );

  test.each(places)('at $step $phase, written: $written', async (place) => {
    site.killAt = place;
    await site.upgrade('2.0').catch(() => {});
    await site.settled();
    await site.restart();
    await site.settled();
    expect(site.host.running()).toEqual(ON('1.0'));
    expect(policies()).toEqual(['always', 'always', 'always', 'always']);
    expect(site.journal.operations('acme', 1)[0]?.state).toMatch(/rolled-back|failed/);
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
  });

  const CALLS = [
    'stop server 1.0',
    'start server 2.0',
    ...NAMES.slice(1).flatMap((name) => [`stop ${name} 1.0`, `start ${name} 2.0`]),
  ];
  test.each(CALLS)('in the middle of: %s, and again while going back', async (call) => {
    const hasDied = site.dieBefore(call);
    await site.upgrade('2.0').catch(() => {});
    await site.settled();
    expect(hasDied()).toBe(true);
    const hasDiedAgain = site.dieBefore('start node-2 1.0');
    await site.restart();
    await site.settled();
    // One that was about to be stopped may still end: it is started anew as well.
    expect(hasDiedAgain()).toBe(call.includes('node'));
    await site.restart();
    await site.settled();
    expect(site.host.running()).toEqual(ON('1.0'));
    expect(policies()).toEqual(['always', 'always', 'always', 'always']);
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
  });
});
