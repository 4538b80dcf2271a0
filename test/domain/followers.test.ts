import { expect, test } from 'vitest';
import { enginesThatFollow } from '../../src/domain/followers.ts';
import { aService } from '../support/specimens.ts';

const server = aService();
const agent = (name: string, dependsOn = {}) => aService({ name, role: 'engine', dependsOn });
const names = (services: Parameters<typeof enginesThatFollow>[0]) =>
  enginesThatFollow(services).map(({ name }) => name);

test('the engines follow, each after the one that it depends on', () => {
  expect(names([agent('b', { a: 'started' }), server, agent('a')])).toEqual(['a', 'b']);
});

test('an engine that something else depends on goes over with the controller, and so does what that one needs', () => {
  const app = aService({ name: 'app', role: 'app', dependsOn: { a: 'healthy' } });
  expect(names([server, app, agent('a', { b: 'started' }), agent('b'), agent('c')])).toEqual(['c']);
});

test('without engines there is nothing to follow', () => {
  expect(names([server, aService({ name: 'db', role: 'app' })])).toEqual([]);
});
