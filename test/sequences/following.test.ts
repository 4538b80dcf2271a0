import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../src/domain/service-spec.ts';
import { offUntilTheirTurn } from '../../src/sequences/following.ts';

const agents = (count: number, slotKey: string | null) =>
  Array.from({ length: count }, (_, index) => ({ name: `se-${index + 1}`, mounts: [{ slotKey }] }) as ServiceSpec);
const following = (services: ServiceSpec[], maxUnavailable: number | null) => ({
  engines: services.map(({ name }) => name),
  maxUnavailable,
});

test('that engines with data are off from the stop on is told, in an upgrade alone', () => {
  const withData = agents(7, '/data');
  expect(offUntilTheirTurn(withData, following(withData, 1))).toEqual([
    'se-1, se-2, se-3, se-4, se-5 and 2 more have data of their own: they are off from the stop on, when it is cloned, and not only in their turn.',
  ]);
  expect(offUntilTheirTurn(withData, following(withData.slice(0, 1), 1))[0]).toMatch(
    /^se-1 has data of its own: it is off/,
  );
  const without = agents(7, null);
  expect(offUntilTheirTurn(without, following(without, 1))).toEqual([]);
  expect(offUntilTheirTurn(withData, following(withData, null))).toEqual([]);
  expect(offUntilTheirTurn(withData, null)).toEqual([]);
});
