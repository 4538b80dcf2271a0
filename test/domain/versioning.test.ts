import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import { isVersioned } from '../../src/domain/versioning.ts';
import { aService } from '../support/specimens.ts';

const running = (image: string, change: Partial<ServiceSpec> = {}) => {
  const cut = image.lastIndexOf(':');
  const [repository, tag] = [image.slice(0, cut), image.slice(cut + 1)];
  return aService({
    role: 'app',
    image: { reference: image, repository, tag, digest: null, imageId: null },
    ...change,
  });
};
const controller = running('reg:5000/acme/server:2.0', { role: 'controller' });

test.each([
  ['the controller itself', controller, true],
  ['an engine, whatever its image', running('other/agent:1.0', { role: 'engine' }), true],
  ['the same product in another service', running('reg:5000/acme/server:2.0'), true],
  ['the same product, one version behind', running('reg:5000/acme/server:1.9'), true],
  ['the same vendor with the same tag', running('reg:5000/acme/worker:2.0'), true],
  ['the same vendor with another tag', running('reg:5000/acme/proxy:7.1'), false],
  ['another vendor with the same tag', running('reg:5000/tools/proxy:2.0'), false],
  ['a database', running('postgres:14'), false],
  ['a database that the manifest says follows', running('postgres:14', { versioned: 'with-controller' }), true],
  ['the same vendor, said to stay', running('reg:5000/acme/worker:2.0', { versioned: 'fixed' }), false],
])('%s', (_, service, expected) => {
  expect(isVersioned(service, controller)).toBe(expected);
});

test('two official images with one tag have nothing to do with each other', () => {
  expect(isVersioned(running('postgres:14'), running('nextcloud:14', { role: 'controller' }))).toBe(false);
});
