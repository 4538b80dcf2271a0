import { expect, it } from 'vitest';
import { servicesInShort } from '../../../src/api/contract/services-in-short.ts';
import type { ServiceView } from '../../../src/api/contract/system-views.ts';

const service = (name: string, change: Partial<ServiceView> = {}): ServiceView => ({
  name,
  role: 'engine',
  image: 'acme/agent:1.0',
  digest: null,
  state: 'running',
  health: 'healthy',
  containerId: null,
  containerName: name,
  startedAt: null,
  restartPolicy: 'always',
  ports: [],
  awaits: null,
  ...change,
});
const engines = (count: number) => Array.from({ length: count }, (_, index) => service(`se-${index + 1}`));
const names = (services: readonly ServiceView[]) => services.map(({ name }) => name);

it('gives each of a few a line', () => {
  const services = [service('server', { role: 'controller' }), ...engines(8)];
  expect(servicesInShort(services)).toEqual({ shown: services, engines: null });
});

it('counts many, and names those that are not up', () => {
  const odd = [service('se-down', { state: 'exited' }), service('se-ill', { health: 'unhealthy' })];
  const short = servicesInShort([service('server', { role: 'controller' }), ...engines(998), ...odd]);
  expect(names(short.shown)).toEqual(['server', 'se-down', 'se-ill']);
  expect(short.engines).toBe('998 of 1000 service engines are up');
});
