import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts';
import { FakeSite, member } from '../../support/fake-site.ts';

const AGENTS = ['agent-1', 'agent-2', 'agent-3'];
const BEFORE = ['acme 1.0', 'acme-agent-1 1.0', 'acme-agent-2 1.0', 'acme-agent-3 1.0'];
const AFTER = ['acme 2.0', 'acme-agent-1 2.0', 'acme-agent-2 2.0', 'acme-agent-3 2.0'];

let site: FakeSite;
const aSite = (change: Record<string, object> = {}, maxUnavailable = 1) => {
  const services = ['server', ...AGENTS].map((name) => member(name, change[name]));
  return new FakeSite(services, { ...DEFAULT_POLICY, engines: { maxUnavailable } });
};
beforeEach(() => {
  site = aSite();
});
afterEach(() => site.close());

const policies = () => Object.fromEntries(site.host.containers.map(({ name, policy }) => [name, policy.name]));
/** How many engines were off at the same time, at most. */
function mostOff(): number {
  let [off, most] = [0, 0];
  for (const line of site.host.log.filter((each) => each.includes('agent'))) {
    off += line.startsWith('stop') ? 1 : -1;
    most = Math.max(most, off);
  }
  return most;
}

describe('up', () => {
  test('the engines follow one by one, once the controller has proved itself', async () => {
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'succeeded', reason: null });
    expect(site.host.log).toEqual([
      ...['stop server 1.0', 'start server 2.0'],
      ...AGENTS.flatMap((name) => [`stop ${name} 1.0`, `start ${name} 2.0`]),
    ]);
    expect(site.host.running()).toEqual(AFTER);
    expect(policies()).toMatchObject({ acme: 'always', 'acme-agent-1': 'always', 'acme-agent-3': 'always' });
    expect(policies()).toMatchObject({ [`acme-agent-1-${site.first.id}`]: 'no' });
  });

  test('one that ends in the middle, as with an engine that is restarted, runs again where the upgrade goes back', async () => {
    const agent = site.host.called('acme-agent-2');
    site.host.beforeCall = (call) => {
      if (call === 'create server 2.0' && agent)
        Object.assign(agent, { state: 'exited', finishedAt: new Date(site.world.clock.now().getTime() + 1) });
    };
    site.host.behaviours.set('acme/server:2.0', 'exits');
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'rolled-back' });
    expect(site.host.running()).toEqual(BEFORE);
  });

  test('as many at a time as the manifest says', async () => {
    site.close();
    site = aSite({}, 2);
    await site.upgrade('2.0');
    expect(mostOff()).toBe(2);
    expect(site.host.running()).toEqual(AFTER);
  });

  test('an engine that fails does not hold up the others, is tried again after them, and is told', async () => {
    site.close();
    site = aSite({
      'agent-1': { image: { ...member('agent-1').image, reference: 'acme/odd:1.0', repository: 'acme/odd' } },
    });
    site.host.behaviours.set('acme/odd:2.0', 'exits');
    const ended = await site.upgrade('2.0');
    expect(ended.state).toBe('needs-attention');
    expect(ended.reason).toBe('2.0 runs, but 1 of 3 service engines did not follow: agent-1 (it exited with code 1).');
    expect(ended.hint).toContain('resume');
    expect(ended.steps.find(({ name }) => name === 'engines')?.detail).toContain('agent-1 (it exited with code 1)');
    expect(site.active.version).toBe('2.0');
    expect(site.host.running()).toEqual(['acme 2.0', 'acme-agent-2 2.0', 'acme-agent-3 2.0']);
    const starts = site.host.log.filter((line) => line.startsWith('start'));
    expect(starts.slice(0, 6)).toEqual([
      ...['start server 2.0', 'start agent-1 2.0', 'start agent-2 2.0', 'start agent-3 2.0'],
      ...['start agent-1 2.0', 'start agent-1 2.0'],
    ]);
    // Where its policy says so, the engine goes on trying.
    expect(policies()['acme-agent-1']).toBe('always');
    // And nothing is held against the version.
    expect(site.journal.disproving('acme')).toEqual([]);
  });

  test('an engine that the Docker Engine refuses at first comes at the second try', async () => {
    site.host.refusals.set('acme-agent-2', 1);
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'succeeded' });
    expect(site.host.running()).toEqual(AFTER);
  });

  test('what the others take is none of the patience of one that fails once', async () => {
    site.close();
    const gate = { deadlineMs: 900, limitMs: 900, stableMs: 800, versionCommand: null };
    site = aSite(Object.fromEntries(AGENTS.map((name) => [name, { askedGate: gate }])));
    site.host.refusals.set('acme-agent-1', 1);
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'succeeded', reason: null });
    expect(site.host.running()).toEqual(AFTER);
  });

  test('a controller that does not prove itself leaves every engine running as it was', async () => {
    site.host.behaviours.set('acme/server:2.0', 'exits');
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'rolled-back' });
    expect(site.host.running()).toEqual(BEFORE);
    expect(site.host.log.filter((line) => line.includes('agent'))).toEqual([]);
    expect(policies()).toMatchObject({ 'acme-agent-1': 'always', 'acme-agent-2': 'always' });
  });

  test('what is begun before the commit is taken back with everything else', async () => {
    let starts = 0;
    site.host.beforeCall = (call) => {
      if (call.startsWith('start agent') && ++starts === 2)
        site.service.interventions.abort(site.journal.operations('acme', 1)[0] as never, 'admin');
    };
    expect(await site.upgrade('2.0')).toMatchObject({ state: 'rolled-back' });
    expect(site.host.running()).toEqual(BEFORE);
    expect(Object.values(policies())).toEqual(['always', 'always', 'always', 'always']);
    // The third one was never touched.
    expect(site.host.log.filter((line) => line.includes('agent-3'))).toEqual([]);
  });
});

describe('down', () => {
  test('all of them come down at once with the controller', async () => {
    await site.upgrade('2.0');
    site.host.log.length = 0;
    expect(await site.rollback()).toMatchObject({ state: 'succeeded', reason: null });
    const stops = site.host.log.filter((line) => line.startsWith('stop'));
    expect(site.host.log.slice(0, 4)).toEqual(stops);
    expect(stops.sort()).toEqual([...AGENTS.map((name) => `stop ${name} 2.0`), 'stop server 2.0'].sort());
    expect(site.host.running()).toEqual(BEFORE);
    expect(site.active.copyOf).toBe(site.first.id);
  });

  test('an engine that does not come up again neither stops the rollback nor goes untold', async () => {
    await site.upgrade('2.0');
    site.host.refusals.set('acme-agent-2', 99);
    const ended = await site.rollback();
    expect(ended).toMatchObject({ state: 'needs-attention' });
    expect(ended.reason).toContain('agent-2 (1.0 does not start: The engine stumbled)');
    expect(site.active.version).toBe('1.0');
    expect(site.host.running()).toEqual(['acme 1.0', 'acme-agent-1 1.0', 'acme-agent-3 1.0']);
  });
});
