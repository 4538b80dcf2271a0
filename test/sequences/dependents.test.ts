import { expect, it } from 'vitest';
import type { ContainerSummary } from '../../src/domain/ports/container-host.ts';
import { dependentWarnings } from '../../src/sequences/dependents.ts';

const container = (name: string, change: Partial<ContainerSummary> = {}): ContainerSummary => ({
  id: `id-of-${name}`,
  name,
  image: 'acme:1',
  running: true,
  status: 'Up',
  labels: {},
  mountSources: [],
  networkOf: null,
  linkedFrom: [],
  ...change,
});
const acme = container('acme', { linkedFrom: ['web', 'gone'] });
const own = new Set([acme.id]);

it('warns of a container that shares the network, by id or by name', () => {
  for (const networkOf of [acme.id, 'acme']) {
    expect(dependentWarnings([acme, container('agent', { networkOf })], own)).toEqual([
      'The container agent shares the network of acme (--network container:acme): it is cut off, and has to be made again afterwards.',
    ]);
  }
});

it('warns of a container that is linked', () => {
  expect(dependentWarnings([acme, container('web')], own)).toEqual([
    'The container web is linked to acme (--link): it keeps the old address, and has to be made again afterwards.',
  ]);
});

it('says nothing of those that are off, hang on another, or are replaced as well', () => {
  const off = container('web', { running: false, networkOf: 'acme' });
  const elsewhere = container('other', { networkOf: 'else' });
  const twin = container('twin', { networkOf: 'acme' });
  expect(dependentWarnings([acme, off, elsewhere, twin], new Set([acme.id, twin.id]))).toEqual([]);
});
