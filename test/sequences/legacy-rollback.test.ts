import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EntryPhase } from '../../src/domain/operation.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import { fakeImage } from '../support/fake-host.ts';
import { FakeSite, member } from '../support/fake-site.ts';

const NODES = ['server', 'node-2', 'node-3'];
const ALL = ['acme 16.1.5', 'acme-agent 16.1.5', 'acme-node-2 16.1.5', 'acme-node-3 16.1.5'];
const SCRIPT = ['/bootstrap/install.sh', '--rollback'];
const gate = { deadlineMs: 10_000, limitMs: 20_000, stableMs: 10, versionCommand: ['server', '--version'] };
const node = (name: string): ServiceSpec =>
  member(name, { ...(name === 'server' ? {} : { role: 'node' }), image: fakeImage('acme/server', '16.1.5'), gate });
const legacy = { below: '16.2', command: SCRIPT, previousVersionCommand: ['previous'], deadlineMs: 60_000 };

let site: FakeSite;
/** What the software in a container says that it is; its image's tag, where nothing has changed that. */
let software: Map<string, string>;
/** What the script does in a node, where it does something else. */
let scripts: Map<string, (id: string) => { exitCode: number; output: string }>;
let enginesFollow = true;

const nameOf = (id: string) => site.host.containers.find((each) => each.id === id)?.spec.name ?? '';
const isController = (id: string) => NODES.includes(nameOf(id));

beforeEach(() => {
  site = new FakeSite([...NODES.map(node), member('agent', { image: fakeImage('acme/agent', '16.1.5'), gate })], {
    ...DEFAULT_POLICY,
    floor: '16.2',
    legacy,
  });
  software = new Map();
  scripts = new Map();
  enginesFollow = true;
  site.host.exec = async (id, [program, ...words]) => {
    if (program === 'previous') return { exitCode: 0, output: 'previous version: 16.1.4\n' };
    if (program === SCRIPT[0] && words[0] === '--rollback') {
      const otherwise = scripts.get(nameOf(id));
      if (otherwise) return otherwise(id);
      software.set(id, '16.1.4');
      return { exitCode: 0, output: 'switched to the other partition\n' };
    }
    const container = site.host.containers.find((each) => each.id === id);
    const server = site.host.called('acme');
    const own = isController(id) || !enginesFollow ? software.get(id) : software.get(server?.id ?? '');
    return { exitCode: 0, output: own ?? container?.spec.image.tag ?? '' };
  };
});
afterEach(() => site.close());

const ids = (): string[] =>
  site.host.containers
    .filter(({ state }) => state === 'running')
    .map(({ id }) => id)
    .sort();

describe('where it is the way back', () => {
  test('the plan says what is run, where, to which version, and that it is a copy', async () => {
    const { plan } = await site.service.planRollback(site.service.appliance(), { by: 'admin' });
    expect(plan).toMatchObject({
      to: { release: null, version: '16.1.4' },
      legacy: { command: SCRIPT, deadlineMs: 60_000, nodes: NODES },
      engines: { engines: ['agent'] },
      data: { keptWith: site.first.id },
      obstacles: [],
    });
    expect(plan.warnings.join()).not.toMatch(/today's data|Where a node fails/);
  });

  test('it is carried out in each node of a copy, which is then restarted, and the engines are asked', async () => {
    const before = ids();
    const ended = await site.rollback();
    expect(ended).toMatchObject({ kind: 'legacy-rollback', state: 'succeeded', reason: null, to: '16.1.4' });
    expect(ended.hooks.map(({ hook, where, exitCode, output }) => [hook, where, exitCode, output])).toEqual(
      NODES.map((name) => ['legacy', `in ${name}`, 0, ['switched to the other partition']]),
    );
    expect(ended.nodes.map(({ name, state }) => `${name} ${state}`)).toEqual(NODES.map((name) => `${name} done`));
    expect(site.host.running()).toEqual(ALL);
    // The originals are kept, and the engine goes on untouched.
    expect(
      ids()
        .filter((id) => before.includes(id))
        .map(nameOf),
    ).toEqual(['agent']);
    for (const name of NODES)
      expect(site.host.called(`acme${name === 'server' ? '' : `-${name}`}-${site.first.id}`)?.state).toBe('exited');
    for (const name of NODES) {
      expect(site.host.log.filter((line) => line === `start ${name} 16.1.5`).length, `${name} was restarted`).toBe(2);
    }
    expect(site.active).toMatchObject({ version: '16.1.4', origin: 'rollback', copyOf: null, previous: site.first.id });
    expect(site.host.containers.filter(({ state }) => state === 'running').map(({ policy }) => policy.name)).toEqual([
      'always',
      'always',
      'always',
      'always',
    ]);
    expect(site.journal.release(site.first.id)?.status).toBe('rolled-back');
  });

  test('there is a way forward again, below the floor as it is, and from there the procedure once more', async () => {
    await site.rollback();
    expect(await site.rollback(site.first.id)).toMatchObject({ kind: 'rollback', state: 'succeeded', to: '16.1.5' });
    expect(await site.rollback()).toMatchObject({ kind: 'legacy-rollback', state: 'succeeded', to: '16.1.4' });
  });

  test('what was gone back to is as good as any other: repaired, and its software known', async () => {
    await site.rollback();
    const { id } = site.active;
    Object.assign(site.host.called('acme') ?? {}, { state: 'exited' });
    expect(await site.repair()).toMatchObject({ state: 'succeeded' });
    expect(site.active.id).toBe(id);
  });

  test('the version of the image that its software was put over is not upgraded to: it would not come up as that', async () => {
    site.journal.setPolicy('acme', { ...DEFAULT_POLICY, legacy });
    await site.rollback();
    await expect(site.upgrade('16.1.5')).rejects.toThrow(
      "The vendor's procedure has put 16.1.4 in the place of 16.1.5",
    );
    expect(site.active.version).toBe('16.1.4');
    expect(await site.upgrade('16.2')).toMatchObject({ state: 'succeeded' });
    expect(site.active.services.map(({ softwareVersion }) => softwareVersion)).toEqual(ALL.map(() => undefined));
  });

  test('without a command that names it, the release before says which version it was', async () => {
    site.journal.setPolicy('acme', {
      ...DEFAULT_POLICY,
      floor: '16.2',
      legacy: { ...legacy, previousVersionCommand: null },
    });
    await expect(site.rollback()).rejects.toThrow('To which version');
  });
});

describe('what fails', () => {
  const untouched = async (before: string[]) => {
    expect(ids()).toEqual(before);
    expect(site.active.id).toBe(site.first.id);
    expect(site.host.running()).toEqual(ALL);
    expect(site.journal.disproving('acme').filter(({ kind }) => kind === 'upgrade')).toEqual([]);
    // And it can be tried again.
    scripts.clear();
    expect(await site.rollback()).toMatchObject({ state: 'succeeded' });
  };

  test.each(NODES)('the script in %s: everything is as it was', async (name) => {
    const before = ids();
    scripts.set(name, () => ({ exitCode: 3, output: 'no previous partition' }));
    const ended = await site.rollback();
    expect(ended).toMatchObject({ state: 'rolled-back' });
    expect(ended.reason).toContain(
      `The vendor's procedure failed in ${name}: it ended with code 3: no previous partition.`,
    );
    expect(ended.nodes.find((each) => each.name === name)).toMatchObject({
      state: 'back',
      reason: expect.stringContaining('no previous partition'),
    });
    await untouched(before);
  });

  test('a node that comes up on the version that it was', async () => {
    const before = ids();
    scripts.set('node-2', () => ({ exitCode: 0, output: 'nothing to do' }));
    const ended = await site.rollback();
    expect(ended.reason).toContain('(node-2): it says that it is "16.1.5"');
    await untouched(before);
  });

  test('software that is neither in the image nor in the data', async () => {
    const before = ids();
    // Every container that is made anew says something else.
    const exec = site.host.exec;
    site.host.exec = async (id, command) =>
      isController(id) && !before.includes(id) && command[0] === 'server'
        ? { exitCode: 0, output: '16.0' }
        : exec(id, command);
    const ended = await site.rollback();
    expect(ended.reason).toContain(
      'server cannot be gone back with on a copy: a copy of 16.1.5 says that it is "16.0"',
    );
    site.host.exec = exec;
    await untouched(before);
  });

  test('an engine that does not follow is named, and holds up nothing', async () => {
    enginesFollow = false;
    const ended = await site.rollback();
    expect(ended).toMatchObject({ state: 'needs-attention' });
    expect(ended.reason).toBe(
      '16.1.4 runs, but 1 of 1 service engines did not follow by themselves: agent (it says that it is "16.1.5").',
    );
    expect(site.active.version).toBe('16.1.4');
  });

  test('a node that is killed while the procedure runs', async () => {
    const before = ids();
    scripts.set('node-3', (id) => {
      Object.assign(site.host.containers.find((each) => each.id === id) ?? {}, { state: 'exited', exitCode: 137 });
      return { exitCode: 137, output: '' };
    });
    expect(await site.rollback()).toMatchObject({ state: 'rolled-back' });
    await untouched(before);
  });
});

describe('a daemon that is killed', () => {
  const PHASES: EntryPhase[] = ['intent', 'done'];
  const places = ['stop', 'start', 'legacy', 'gate', 'followed'].flatMap((step) =>
    PHASES.flatMap((phase) => [true, false].map((written) => ({ step, phase, written }))),
  );
  test.each(places)('at $step $phase, written: $written, leaves the originals', async (place) => {
    const before = ids();
    site.killAt = place;
    await site.rollback().catch(() => {});
    await site.settled();
    await site.restart();
    await site.settled();
    expect(ids()).toEqual(before);
    expect(site.host.running()).toEqual(ALL);
    expect(site.active.id).toBe(site.first.id);
  });
});

describe('the floor', () => {
  beforeEach(async () => {
    site.host.exec = async (id) => ({
      exitCode: 0,
      output: site.host.containers.find((each) => each.id === id)?.spec.image.tag ?? '',
    });
    expect(await site.upgrade('16.2')).toMatchObject({ state: 'succeeded' });
  });

  test('a rollback below it is refused with the reason, and the procedure is offered', async () => {
    const { plan } = await site.service.planRollback(site.service.appliance(), { by: 'admin' });
    expect(plan.obstacles).toEqual([
      {
        code: 'refused',
        message: 'A rollback is supported only to 16.2 and later, and the previous version is 16.1.5.',
        hint: 'Its vendor has a procedure for that, which works on a copy: rollback system legacy',
      },
    ]);
    await expect(site.rollback()).rejects.toThrow('only to 16.2 and later');
    expect(site.active.version).toBe('16.2');
  });

  test('without one it is not', async () => {
    site.journal.setPolicy('acme', { ...DEFAULT_POLICY, floor: '16.2' });
    const { plan } = await site.service.planRollback(site.service.appliance(), { by: 'admin' });
    expect(plan.obstacles[0]?.hint).toContain('show manifest');
    await expect(site.rollback(undefined, true)).rejects.toThrow('has no procedure of its vendor');
  });

  test('at the floor it is as ever', async () => {
    site.journal.setPolicy('acme', { ...DEFAULT_POLICY, floor: '16.1.5', legacy: { ...legacy, below: '16.1' } });
    expect(await site.rollback()).toMatchObject({ kind: 'rollback', state: 'succeeded' });
  });

  test('does not hold against what an unconfirmed upgrade has promised to go back to', async () => {
    site.journal.setPolicy('acme', { ...DEFAULT_POLICY, floor: '16.3' });
    const { service } = site;
    const request = { version: '16.3', by: 'admin', confirmWithinMs: 600_000 };
    expect(await site.ended(service.upgrade(service.appliance(), request))).toMatchObject({ state: 'succeeded' });
    const { plan } = await service.planRollback(service.appliance(), { by: 'admin' });
    expect(plan.obstacles).toEqual([]);
    expect(await site.rollback()).toMatchObject({ state: 'succeeded' });
  });
});
