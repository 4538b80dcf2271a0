import { expect, test } from 'vitest';
import { circleIn, startOrder, startWaves } from '../../src/domain/start-order.ts';

const service = (name: string, ...after: string[]) => ({
  name,
  dependsOn: Object.fromEntries(after.map((other) => [other, 'started' as const])),
});
const names = (services: readonly { name: string }[]) => services.map(({ name }) => name);

test('what others depend on comes first; what nobody waits for keeps its place', () => {
  const services = [
    service('web', 'api'),
    service('api', 'db', 'cache'),
    service('db'),
    service('cache'),
    { name: 'x' },
  ];
  expect(startWaves(services).map(names)).toEqual([['db', 'cache', 'x'], ['api'], ['web']]);
  expect(names(startOrder(services))).toEqual(['db', 'cache', 'x', 'api', 'web']);
  expect(circleIn(services)).toEqual([]);
});

test('a circle is named, and does not keep anything from being started', () => {
  const services = [service('a', 'b'), service('b', 'c'), service('c', 'b'), service('d')];
  expect(circleIn(services)).toEqual(['b', 'c', 'b']);
  expect(startWaves(services).map(names)).toEqual([['d'], ['a', 'b', 'c']]);
});

test('a dependency that is not among the services is no reason to wait', () => {
  expect(startWaves([service('a', 'gone')]).map(names)).toEqual([['a']]);
});
