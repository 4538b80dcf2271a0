import { expect, test } from 'vitest';
import { alike, alikeMounts } from '../../../src/api/contract/alike.ts';
import { followingText } from '../../../src/api/contract/following-text.ts';

test('services of which a plan says the same are one line, and what waits is said of each alone', () => {
  const step = { from: 'acme/agent:1.0', to: 'acme/agent:2.0', kept: null };
  const waits = { update: 'on-request' as const, awaits: 'acme/helper:2.0', isUntouched: true };
  const helper = { from: 'acme/helper:1.0', to: 'acme/helper:1.0', kept: waits };
  const services = [
    { name: 'agent-1', ...step },
    { name: 'helper-1', ...helper },
    { name: 'server', from: 'acme/server:1.0', to: 'acme/server:2.0', kept: null },
    { name: 'agent-2', ...step },
    { name: 'helper-2', ...helper },
  ];
  expect(alike(services).map(({ names, to }) => [names, to])).toEqual([
    [['agent-1', 'agent-2'], 'acme/agent:2.0'],
    [['helper-1'], 'acme/helper:1.0'],
    [['server'], 'acme/server:2.0'],
    [['helper-2'], 'acme/helper:1.0'],
  ]);
});

test('many mounts of which a plan says the same are one line with their sum, a few have one each', () => {
  const mounts = (count: number, note: string | null = null) =>
    Array.from({ length: count }, (_, index) => ({
      service: `agent-${index}`,
      kind: 'volume' as const,
      source: `agent-${index}-data`,
      targets: ['/data'],
      treatment: 'pre-copy' as const,
      sizeBytes: 1_024,
      files: 2,
      note,
    }));
  expect(alikeMounts(mounts(3)).map(({ sources }) => sources.length)).toEqual([1, 1, 1]);
  const [together, alone, ...more] = alikeMounts([...mounts(1_000), ...mounts(1, 'is a mount point itself')]);
  expect(together).toMatchObject({ targets: ['/data'], sizeBytes: 1_024_000, files: 2_000, note: null });
  expect(together?.sources).toHaveLength(1_000);
  expect(alone).toMatchObject({ sources: ['agent-0-data'], note: 'is a mount point itself' });
  expect(more).toEqual([]);
});

test('many service engines are counted, not named', () => {
  const engines = Array.from({ length: 12 }, (_, index) => `se-${index}`);
  expect(followingText({ engines, maxUnavailable: 2 })).toBe(
    '12 service engines: after the controller has proved itself, 2 at a time',
  );
  expect(followingText({ engines: ['se-1', 'se-2'], maxUnavailable: null })).toMatch(/^se-1, se-2: back at once/);
  expect(followingText(null)).toBeNull();
});
