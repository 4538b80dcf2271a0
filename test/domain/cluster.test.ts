import { describe, expect, test } from 'vitest';
import { type Cluster, clusterInTurn, clusterOf } from '../../src/domain/cluster.ts';
import { nodesAt } from '../../src/domain/nodes-at.ts';
import type { Dependencies, ServiceRole } from '../../src/domain/service-spec.ts';

const service = (name: string, role: ServiceRole, keys: string[] = [], dependsOn: Dependencies = {}) => ({
  ...{ name, role, dependsOn, mounts: keys.map((slotKey) => ({ slotKey })) },
});
const server = service('server', 'controller', ['m1']);
const second = service('second', 'node', ['m2'], { server: 'healthy' });
const third = service('third', 'node', ['m3'], { second: 'started' });

describe('which go in turn', () => {
  test('a controller with one instance is no cluster', () => {
    expect(clusterOf([server, service('agent', 'engine')])).toBeNull();
    expect(clusterInTurn([server, service('db', 'app')], null)).toBeNull();
  });

  test('the controller first, then the nodes in their start order', () => {
    const services = [third, second, server, service('agent', 'engine', ['m4'])];
    expect(clusterOf(services)).toEqual({ nodes: ['server', 'second', 'third'], inTurn: [], because: null });
    expect(clusterInTurn(services, null)).toMatchObject({ inTurn: ['second', 'third'], because: null });
    expect(clusterInTurn(services, 'of the moon')).toMatchObject({ inTurn: [], because: 'of the moon' });
  });

  test.each([
    ['server and third have data in common', [service('third', 'node', ['m1'])]],
    ['third and agent have data in common', [third, service('agent', 'engine', ['m3'])]],
    [
      'third works with the data of db',
      [
        service('third', 'node', [], { proxy: 'started' }),
        service('proxy', 'app', [], { db: 'healthy' }),
        service('db', 'app', ['m9']),
      ],
    ],
    ['balancer needs third', [service('third', 'node'), service('balancer', 'app', [], { third: 'started' })]],
  ])('together, because %s', (because, others) => {
    const found = clusterInTurn([server, second, ...others], null);
    expect(found?.inTurn).toEqual([]);
    expect(found?.because?.split(' ').sort()).toEqual(because.split(' ').sort());
  });

  test('an app without data of its own is in nobody’s way, and neither is a circle', () => {
    const cache = service('cache', 'app', [], { cache: 'started' });
    const others = [service('third', 'node', [], { cache: 'started', second: 'started' }), cache];
    expect(clusterInTurn([server, second, ...others], null)?.inTurn).toEqual(['second', 'third']);
  });
});

describe('how far each is', () => {
  const together: Cluster = { nodes: ['server', 'second'], inTurn: [], because: null };
  const steps = (...statuses: ('pending' | 'running' | 'done' | 'failed' | 'reverting' | 'reverted')[]) =>
    statuses.map((status, index) => ({ name: ['stop', 'delta', 'start', 'gate'][index] ?? '', status, detail: null }));
  const at = (
    ...[statuses, state = 'running']: [Parameters<typeof steps>, ('running' | 'rolled-back' | 'failed' | 'succeeded')?]
  ) => nodesAt({ cluster: together, noted: {}, steps: steps(...statuses), state })[1]?.state;

  test('of those that go together: where the operation is', () => {
    expect(at(['pending', 'pending', 'pending', 'pending'])).toBe('waiting');
    expect(at(['running', 'pending', 'pending', 'pending'])).toBe('stopping');
    expect(at(['done', 'pending', 'pending', 'pending'])).toBe('stopping');
    expect(at(['done', 'running', 'pending', 'pending'])).toBe('copying');
    expect(at(['done', 'done', 'running', 'pending'])).toBe('starting');
    expect(at(['done', 'done', 'done', 'running'])).toBe('proving');
    expect(at(['done', 'done', 'done', 'done'])).toBe('done');
    expect(at(['done', 'done', 'done', 'failed'])).toBe('failed');
    expect(at(['done', 'done', 'reverting', 'failed'])).toBe('going-back');
    expect(at(['reverted', 'done', 'reverted', 'failed'], 'rolled-back')).toBe('back');
    expect(at(['pending', 'pending', 'pending', 'pending'], 'failed')).toBe('waiting');
  });

  test('of those that go in turn: what is noted of them, and waiting until something is', () => {
    const cluster: Cluster = { ...together, nodes: ['server', 'second', 'third'], inTurn: ['second', 'third'] };
    const noted = { second: { state: 'failed' as const, reason: 'it exited with code 1' } };
    expect(nodesAt({ cluster, noted, steps: steps('done', 'done', 'done', 'done'), state: 'running' })).toEqual([
      { name: 'server', state: 'done', reason: null },
      { name: 'second', state: 'failed', reason: 'it exited with code 1' },
      { name: 'third', state: 'waiting', reason: null },
    ]);
  });
});
